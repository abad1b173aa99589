"""Filling the store: recognising, reading, redacting, quarantining, loading, deriving outcomes, daily rollups."""
