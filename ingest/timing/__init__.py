"""Estimate and refine when turns begin and end, with error bounds."""
