"""The library's files: records, identities, removals and outcomes."""
