"""The catalogue and the glossary that ship with the code."""
