"""The web pages: templates, styles, scripts, and how values are formatted in them."""
