"""HTTP routes, one file per group of URLs: read the request, call the core, write the response."""
