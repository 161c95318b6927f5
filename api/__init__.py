"""The CLI, the HTTP interface and the web pages: thin layers over one core."""
