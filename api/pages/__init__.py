"""The pages: templates, styles and scripts, and how values look in them."""
