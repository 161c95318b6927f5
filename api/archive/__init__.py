"""A static archive: every page of a running app as files that need no server."""
