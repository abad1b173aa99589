"""Filters, cache, cards, tables, export buttons; the only place that knows Streamlit besides app.py and pages."""
