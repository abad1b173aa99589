"""Writes data/schema.sql anew from the classes of the tables; a test says when it is no longer what they declare."""

from data.migrations import SCHEMA_FILE, schema_text

if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
