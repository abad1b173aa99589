"""Splitting arrays and lines of any size: the same records wherever the blocks are cut."""

import io
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.sources.json_elements import split_elements
from etl.sources.record_bytes import CutOff, TooLarge, split_lines

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.text(max_size=8)
    | st.sampled_from(['"', "\\", "},{", "]", "[{", "\\\\"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def elements_of(data: bytes, block_bytes: int, longest: int = 1000, *, in_one_go: bool = True) -> list:
    assert data.startswith(b"[")
    stream = io.BytesIO(data[1:])
    return [
        element
        for block in split_elements(stream, block_bytes=block_bytes, longest=longest, in_one_go=in_one_go)
        for element in block
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(JSON, max_size=6), st.booleans(), st.booleans(), st.booleans())
def test_elements_are_the_same_wherever_the_blocks_are_cut(values, indented, plain, in_one_go):
    data = json.dumps(values, indent=2 if indented else None, ensure_ascii=plain).encode("utf-8", "surrogatepass")
    expected = [json.loads(json.dumps(value)) for value in values]
    for block_bytes in (*range(1, min(len(data), 60) + 1), len(data) + 1):
        elements = elements_of(data + b" \n", block_bytes, in_one_go=in_one_go)
        assert [json.loads(element) for element in elements] == expected


@settings(max_examples=200, deadline=None)
@given(
    st.lists(JSON | st.binary(max_size=12).filter(lambda raw: not set(raw) & set(b'"\\,{}[]')), min_size=1, max_size=6)
)
def test_the_parser_and_the_scanner_find_the_same_elements(values):
    pieces = [value if isinstance(value, bytes) else json.dumps(value).encode() for value in values]
    data = b"[" + b",".join(pieces) + b"]"
    expected = [piece.strip(b" \t\r\n") for piece in pieces]
    if expected[-1] == b"":
        expected.pop()
    assert elements_of(data, 7, in_one_go=True) == expected
    assert elements_of(data, 7, in_one_go=False) == expected
    assert elements_of(data, 10_000, in_one_go=True) == expected


def test_a_malformed_element_does_not_spoil_its_neighbours():
    data = b'[{"a": 1}, {"a": nope}, {"a" 3}, {"a": 4}]'
    for block_bytes in range(1, len(data) + 1):
        assert elements_of(data, block_bytes) == [b'{"a": 1}', b'{"a": nope}', b'{"a" 3}', b'{"a": 4}']


def test_an_array_that_is_cut_off_gives_its_whole_elements_and_the_rest():
    data = b'[{"a": 1}, {"a": "x,y'
    for block_bytes in range(1, len(data) + 1):
        assert elements_of(data, block_bytes) == [b'{"a": 1}', CutOff(b'{"a": "x,y')]
    assert elements_of(b"[1, 2", 3) == [b"1", CutOff(b"2")]
    assert elements_of(b"[1, 2,", 3) == [b"1", b"2"]
    assert elements_of(b"[", 3) == []


def test_what_follows_the_array_is_not_read():
    assert elements_of(b'[1],"total":2,"data":[3]}', 4) == [b"1"]


@pytest.mark.parametrize("in_one_go", [True, False])
@pytest.mark.parametrize(
    "large",
    [
        b'{"a": "' + b"x" * 300 + b'"}',
        b'{"a": "' + b'\\"' * 300 + b'"}',
        b'{"a": "' + b"\\\\" * 300 + b'"}',
        b"[" + b"1," * 300 + b"1]",
        b'"' + b"},{" * 300 + b'"',
        b"1" * 300,
        b'{"k": [{"b": "' + b"]" * 300 + b'"}, 2], "c": "\\\\"}',
    ],
)
def test_an_element_that_is_too_large_is_skipped_to_its_end(large, in_one_go):
    data = b'[{"a": 1},' + large + b',{"a": 2}]'
    for block_bytes in (*range(1, 40), 100, 10_000):
        assert elements_of(data, block_bytes, longest=100, in_one_go=in_one_go) == [
            b'{"a": 1}',
            TooLarge(),
            b'{"a": 2}',
        ]
    assert elements_of(b"[1," + large[:-5], 16, longest=100, in_one_go=in_one_go) == [b"1", TooLarge()]


def test_memory_holds_one_element_and_one_block_at_most():
    class Endless(io.RawIOBase):
        sent = 0

        def read(self, size=-1):
            self.sent += size
            return b"x" * size if self.sent < 50_000_000 else b""

    splitter_blocks = split_elements(Endless(), b'{"a": "', block_bytes=1_000_000, longest=2_000_000)
    import tracemalloc

    tracemalloc.start()
    assert [element for block in splitter_blocks for element in block] == [TooLarge()]
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=8), st.booleans())
def test_lines_are_the_same_wherever_the_blocks_are_cut(lines, ends_with_newline):
    data = b"\n".join(lines) + (b"\n" if ends_with_newline else b"")
    expected = data.split(b"\n")
    if expected[-1] == b"":
        expected.pop()
    for block_bytes in range(1, len(data) + 2):
        found = [line for block in split_lines(io.BytesIO(data), block_bytes, 1000) for line in block]
        assert found == expected


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=8))
def test_a_line_that_is_too_large_is_skipped_to_its_end(lengths):
    data = b"".join(b"x" * length + b"\n" for length in lengths)
    expected = [TooLarge() if length > 10 else b"x" * length for length in lengths]
    for block_bytes in range(1, len(data) + 2):
        assert [line for block in split_lines(io.BytesIO(data), block_bytes, 10) for line in block] == expected


def test_raw_elements_decode_as_they_were_written():
    data = b'[ {"a": "\xc3\xa9"} , {"b": [1, {"c": "}"}]} ]'
    assert [msgspec.json.decode(one) for one in elements_of(data, 5)] == [{"a": "é"}, {"b": [1, {"c": "}"}]}]
