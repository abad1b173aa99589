"""The quarterly review: its document, and the rules that answer each of its questions from the store."""
