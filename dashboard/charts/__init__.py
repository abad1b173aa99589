"""Frame in, Plotly figure out; the only place that knows Plotly."""
