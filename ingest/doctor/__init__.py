"""Every file of the library checked, repaired or named."""
