"""Reports to take away, made from the document of a review: CSV bundle, workbook, deck, PDF and HTML."""
