import inspect
import re

import pytest
from sqlalchemy import BigInteger, Boolean, Float, Integer, LargeBinary
from sqlmodel import AutoString, SQLModel

import data.tables
from data import words
from data.tables.base import table_name
from data.tables.types import Day, Instant

TABLES = [getattr(data.tables, name) for name in data.tables.__all__]
COLUMNS = [
    pytest.param(table, column, id=f"{table_name(table)}.{column.name}")
    for table in TABLES
    for column in SQLModel.metadata.tables[table_name(table)].columns
]
# What a name promises about the type of its values.
SUFFIXES = {
    r"_at$": Instant,
    r"(^|_)date$": Day,
    r"_ms$": Integer,
    r"_micro_usd$": Integer,
    r"_(count|tokens|chars|bytes|key|hash_key)$": Integer,
    r"_rate$": Float,
    r"^(is|has)_": Boolean,
    r"_histogram$": LargeBinary,
    r"_(basis|status|kind|class)$": AutoString,
}


def test_every_table_of_the_store_is_listed_and_every_listed_one_is_in_the_store():
    assert {table_name(table) for table in TABLES} == set(SQLModel.metadata.tables)
    assert sorted(data.tables.__all__) == list(data.tables.__all__)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_table_says_its_grain_first(table: type[SQLModel]):
    assert (inspect.getdoc(table) or "").startswith("One row per "), f"{table.__name__}: begin with 'One row per ...'"


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_column_says_what_it_means(table, column):
    meaning = table.model_fields[column.name].description or ""
    assert len(meaning) >= 3, f"{table.__name__}.{column.name} has no description"


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_name_keeps_the_promise_of_its_suffix(table, column):
    for pattern, promised in SUFFIXES.items():
        if re.search(pattern, column.name):
            assert isinstance(column.type, promised), f"{table.__name__}.{column.name} should be {promised.__name__}"
    if isinstance(column.type, Boolean):
        assert re.match(r"(is|has)_", column.name), f"{table.__name__}.{column.name} should begin with is_ or has_"
    if isinstance(column.type, Day):
        assert re.search(r"(^|_)date$", column.name), f"{table.__name__}.{column.name} should end with _date"
    if not column.name.endswith("_micro_usd"):
        assert "usd" not in column.name, f"{table.__name__}.{column.name}: money is stored as integer micro-USD"


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_column_of_a_closed_list_names_a_list_that_exists(table, column):
    meaning = table.model_fields[column.name].description or ""
    for name in re.findall(r"\(([A-Z][a-z]+(?:[A-Z][a-z]+)*)\)", meaning):
        assert issubclass(getattr(words, name, type(None)), words.Word), (
            f"{table.__name__}.{column.name}: no list {name}"
        )


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_numbers_that_may_pass_32_bits_are_declared_wide(table, column):
    if re.search(r"_(tokens|bytes|micro_usd|ns)$", column.name):
        assert isinstance(column.type, BigInteger), f"{table.__name__}.{column.name} should be a 64-bit integer"
