"""Answers measured against questions with gold quotes."""
