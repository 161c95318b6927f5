"""What every request passes through: access log, limits, admission, error handling, the live index."""
