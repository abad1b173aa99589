"""Deriving tasks, outcomes, matches, costs and latencies from facts, anew for what a load touched.

Derived rows are a function of the facts alone, so the order in which files were loaded does not show in them.
"""
