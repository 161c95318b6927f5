"""Build and publish a generation from the library."""
