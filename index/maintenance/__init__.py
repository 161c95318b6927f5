"""Backup, restore and doctor of a data folder."""
