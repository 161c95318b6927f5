"""Back up, restore and check a data folder."""
