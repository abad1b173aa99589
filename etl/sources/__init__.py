"""One module per source; the list of them is in etl/recognise.py."""
