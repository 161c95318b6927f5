"""The pages: templates, one stylesheet, and how values look in them; no JavaScript."""
