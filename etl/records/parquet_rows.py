"""Program that prints the schema or the rows of a Parquet file as JSON; etl.records.parquet runs it apart."""

import json
import os
import resource
import sys

_MOST_BYTES = 4 << 30
_MOST_SECONDS = 600
_ROWS = 5_000
_MOST_AT_ONCE = 64 << 20
_MOST_ROWS = 200_000_000
# Longer texts are cut: whoever reads the rows refuses them as too large all the same.
_LONGEST_TEXT = 1_000_001


def main(what: str, path: str) -> None:
    """Print the columns with their types as one object, or each row as an object on a line of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Threads reserve address space, which is limited here.
    os.environ.setdefault("POLARS_MAX_THREADS", "2")
    import polars as pl

    if what == "schema":
        print(json.dumps({name: kind_of(dtype) for name, dtype in pl.read_parquet_schema(path).items()}))
        return
    scan = pl.scan_parquet(path)
    schema = scan.collect_schema()
    height = int(scan.select(pl.len()).collect().item())
    if height > _MOST_ROWS:
        sys.exit(1)
    columns = [_as_text(name, dtype) for name, dtype in schema.items()]
    for start in range(0, height, _ROWS):
        rows = scan.slice(start, _ROWS).select(columns).collect()
        # A text that a dictionary repeats takes no room until it is written out.
        texts = [pl.col(name).str.len_bytes() for name, kind in rows.schema.items() if kind == pl.String]
        longest = int(rows.select(pl.sum_horizontal(texts).max()).item() or 0) if texts else 0
        step = max(1, min(_ROWS, _MOST_AT_ONCE // (longest + 1)))
        for first in range(0, rows.height, step):
            rows.slice(first, step).write_ndjson(sys.stdout.buffer)
    sys.stdout.buffer.flush()


def kind_of(dtype: "object") -> str:
    """Return what a type is to the contract: text, time, naive time, number, flag, list of text, or its own name."""
    import polars as pl

    if isinstance(dtype, pl.Datetime):
        return "time" if dtype.time_zone else "time without a zone"
    if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.String | type(pl.String)):
        return "list of text"
    if isinstance(dtype, pl.DataType):
        if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
            return "text"
        if dtype.is_numeric():
            return "number"
        if isinstance(dtype, pl.Boolean):
            return "true or false"
        if isinstance(dtype, pl.Null):
            return "nothing"
    return str(dtype).lower()


def _as_text(name: str, dtype: "object") -> "object":
    """Return a column so that JSON keeps all of it: times with their zone, decimals and odd floats as text."""
    import polars as pl

    column = pl.col(name)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        utc = column.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
        return utc.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00")
    if isinstance(dtype, pl.Float32 | pl.Float64 | pl.Decimal):
        return column.cast(pl.String)
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        return column.cast(pl.String).str.slice(0, _LONGEST_TEXT)
    return column


if __name__ == "__main__":
    main(*sys.argv[1:])
