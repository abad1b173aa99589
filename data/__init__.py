"""The contract: tables, closed word lists, typed frames, definitions, and opening the store."""
