"""The base class of all tables."""

import re

from sqlalchemy.orm import declared_attr
from sqlmodel import SQLModel


class Row(SQLModel):
    """A row of the store; the table is named after the class, in snake case (LlmCall: llm_call)."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805  # pyright: ignore[reportIncompatibleVariableOverride]
        """Name of the table."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


def table_name(table: type[SQLModel]) -> str:
    """Return the name of a table in the store."""
    return str(table.__tablename__)
