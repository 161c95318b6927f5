"""What surrounds every request: limits, admission, hosts, errors, the live index."""
