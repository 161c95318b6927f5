"""Measure answers against questions with gold quotes."""
