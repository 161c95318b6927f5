"""The components of the GOV.UK Design System that templates call: `{{ govukButton({"text": "Ask"}) }}`.

Their macros expect undefined parameters to be empty, which our own templates must not allow, so they live in an
environment of their own.
"""

from typing import Any

from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader

# Folders in which the macros stand; a component that is added here is added to govuk.scss too.
_COMPONENTS = (
    "back-link breadcrumbs button checkboxes details error-summary fieldset generic-header input inset-text "
    "notification-banner pagination radios select service-navigation skip-link summary-list table tag textarea "
    "warning-text"
).split()


def components() -> dict[str, Any]:
    """Return the macros by name, such as `govukServiceNavigation`; `text` is escaped, `html` must be our own."""
    templates = Environment(
        loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        autoescape=True,
        undefined=ChainableUndefined,
        auto_reload=False,
    )
    found = {}
    for folder in _COMPONENTS:
        name = "govuk" + "".join(word.capitalize() for word in folder.split("-"))
        module = templates.get_template(f"govuk_frontend_jinja/components/{folder}/macro.html").module
        found[name] = getattr(module, name)
    return found
