"""Check every file of the library, and repair or report it."""
