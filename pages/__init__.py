"""One short script per question."""
