"""Explaining the store: analysis, charts, widgets, command line."""
