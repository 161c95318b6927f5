"""The doors: one core, thin doors."""
