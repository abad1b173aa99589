"""One module per source; a source is added here and nowhere else."""
