"""The door for assistants: Model Context Protocol over standard input and output, and over HTTP at /mcp."""
