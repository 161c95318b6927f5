"""Each file answers one group of addresses: read the request, call the core, write what it said."""
