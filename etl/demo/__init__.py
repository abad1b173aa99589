"""Demo exports: raw files in the real formats, with planted truths."""
