"""The GOV.UK Design System components that templates call: `{{ govukButton({"text": "Ask"}) }}`.

Their macros need undefined parameters to be empty, which our own templates must not allow, so they have a separate
Jinja environment.
"""

from functools import cache
from typing import Any

from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader

# Folders of the macros; if you add a component here, add it to govuk.scss too.
_COMPONENTS = (
    "back-link breadcrumbs button checkboxes details error-summary fieldset generic-header input inset-text "
    "notification-banner pagination radios select service-navigation skip-link summary-list table tag textarea "
    "warning-text"
).split()


@cache  # compiling them takes most of the time in which an app is made
def components() -> dict[str, Any]:
    """Return the macros by name, such as `govukServiceNavigation`; they escape `text`, but `html` must be trusted."""
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
