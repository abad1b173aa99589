"""What is read at once is what is read one by one: lines of JSON, rows of a table, whole columns; written behind."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.definitions import reporting
from etl.behind import written_behind
from etl.context import LoadContext, Owner, day_of, days_of
from etl.records.cells import CellError, reader_of
from etl.records.columns import column_reader
from etl.records.contract import Column, ColumnType
from etl.records.forms import Form, Layout
from etl.records.plain import PlainObjects, plain_rows

NAMES = ("id", "status")
TABLE = Layout(Form.CSV, NAMES)
CONTEXT = LoadContext(None, 1, "", Owner("ann", "web"), 2_000_000_000_000_000)  # type: ignore[arg-type]
# Whole objects, halves of objects, and what only looks like one.
PIECES = (
    '{"id":"a"}', '{"id":"b","status":"ok"}', '{"id":{"x":1}}', '{"id":[{"x":1}', '{"x":2}]}', '{"id":"c"',
    ',"status":1}', '{"other":1}', '{"id":"d"}{"id":"e"}', '{"id":"f"},', '"}', '{"', "5", "", " ", '{"id":"g"} ',
    '{"id":NaN}', '{"id":1,"id":2}',
)  # fmt: skip


def one_by_one(lines: list[bytes]) -> list[dict[str, Any]] | None:
    """Return the records of lines that are each a whole object of known columns; null when one is none."""
    records: list[dict[str, Any]] = []
    for line in lines:
        try:
            record = msgspec.json.decode(line)
        except msgspec.DecodeError:
            return None
        if not isinstance(record, dict) or not record.keys() <= set(NAMES):
            return None
        records.append(record)
    return records


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=5))
def test_lines_that_are_read_at_once_hold_the_records_that_each_of_them_holds(pieces: list[str]):
    lines = [piece.encode() for piece in pieces]
    columns = PlainObjects(NAMES).columns_of(lines)
    if columns is not None:
        records = one_by_one(lines)
        assert records is not None
        assert columns == {name: [record.get(name) for record in records] for name in NAMES}


def test_whole_objects_of_known_columns_are_read_at_once():
    columns = PlainObjects(NAMES).columns_of([b'{"id":"a"}', b'{"status":"ok","id":null}'])
    assert columns == {"id": ["a", None], "status": [None, "ok"]}


@given(st.lists(st.text(alphabet='ab,;"\r ', max_size=5), min_size=1, max_size=4))
def test_rows_that_are_cut_at_once_have_the_cells_that_each_line_has(lines: list[str]):
    found = plain_rows([line.encode() for line in lines], TABLE)
    if found is not None:
        rows = [line.removesuffix("\r").split(",") for line in lines]
        assert all(len(row) == 2 and any(row) for row in rows)
        assert found[1] == {"id": [row[0] for row in rows], "status": [row[1] for row in rows]}


def test_rows_with_as_many_cells_as_the_header_are_cut_at_once():
    assert plain_rows([b"a,ok\r", b",b\r"], TABLE) == (["a,ok", ",b"], {"id": ["a", ""], "status": ["ok", "b"]})
    assert plain_rows([b"a,ok", b","], TABLE) is None, "an empty row is no record"
    assert plain_rows([b"a,b,c", b"a"], TABLE) is None, "as many cells altogether are not enough"


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(alphabet="0123456789 ab-.", max_size=18),
    st.sampled_from(["2026-03-02T10:00:00Z", " 2026-03-02T10:00:00.5+02:00", "2026-03-02T10:00:00"]),
    st.just("1999-01-01T00:00:00Z"),
    st.lists(st.text(max_size=3), max_size=2),
)


def outcome(read: Any) -> Any:
    try:
        return read()
    except CellError as error:
        return error.reason, error.detail


@pytest.mark.parametrize("kind", [kind for kind in ColumnType if kind is not ColumnType.WORD])
@given(cells=st.lists(CELLS, max_size=6), repeats=st.integers(1, 3))
def test_a_column_that_is_read_at_once_has_the_values_of_its_cells(kind: ColumnType, cells: list[Any], repeats: int):
    column, cells = Column("x", kind), cells * repeats
    read = reader_of(column, CONTEXT)
    at_once = outcome(lambda: column_reader(column, CONTEXT).values(cells))
    each = outcome(lambda: [None if cell is None else read(cell) for cell in cells])
    # Of several wrong cells either may be told first: the column is then read cell by cell.
    assert at_once == each or (isinstance(at_once, tuple) and isinstance(each, tuple))
    assert repr(at_once) == repr(each) or isinstance(at_once, tuple)


@given(st.lists(st.none() | st.integers(0, 2**52)))
def test_the_days_of_many_instants_are_those_of_each(instants: list[int | None]):
    assert reporting().time_zone == "UTC"
    assert days_of(instants) == [day_of(instant) for instant in instants]


def test_what_is_written_behind_is_written_in_order_and_all_of_it():
    written: list[int] = []
    with written_behind(written.append) as hand_over:
        for number in range(20):
            hand_over(number)
    assert written == list(range(20))


def test_what_goes_wrong_in_writing_ends_the_reading():
    def write(number: int) -> None:
        raise ValueError(f"cannot write {number}")

    with pytest.raises(ValueError, match="cannot write 1"), written_behind(write) as hand_over:
        hand_over(1)
    # Told where the next is handed over: here the second never is written.
    with pytest.raises(ValueError, match="cannot write 2"), written_behind(write) as hand_over:
        any(hand_over(number) for number in (2, 3))


def test_what_goes_wrong_in_reading_is_what_is_raised():
    def write(_number: int) -> None:
        raise ValueError("cannot write")

    def read_on(_handed_over: None) -> None:
        raise KeyError("cannot read")

    with pytest.raises(KeyError, match="cannot read"), written_behind(write) as hand_over:
        read_on(hand_over(1))
