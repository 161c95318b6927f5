"""The files of the library: records, identities, removals, outcomes."""
