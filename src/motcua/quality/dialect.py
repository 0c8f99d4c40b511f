"""SQLAlchemy on a DuckDB connection that somebody else owns, with results read at once.

Great Expectations closes its connection before it reads a result, which DuckDB does not survive.
Here a closed connection stays open, because it is only borrowed, and every result is in memory
before it is handed on.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import duckdb
from duckdb_sqlalchemy import ConnectionWrapper, Dialect
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.pool import NullPool, Pool
from sqlalchemy.types import NullType

CONNECTION_STRING = "duckdb+borrowed:///:memory:"
KEPT_ROW_COUNT = 1_000
"""Rows kept of one result: more than Great Expectations takes (200) or a table has columns."""

# How Great Expectations writes "the whole table". DuckDB plans the table itself in a third of the
# time, which on a small delivery is much of what a suite costs.
_WHOLE_TABLE = re.compile(r"\(SELECT \*\s+FROM (\w+)\s+WHERE true\)")
_borrowed: ContextVar[duckdb.DuckDBPyConnection] = ContextVar("borrowed")


class _BorrowedConnection(ConnectionWrapper):
    """The owner's connection: transactions and closing stay the owner's."""

    def begin(self) -> None: ...

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def close(self) -> None: ...


class _BufferedExecution(Dialect.execution_ctx_cls):
    def post_exec(self) -> None:
        super().post_exec()
        description = self.cursor.description
        if description is None:
            return
        rows = self.cursor.fetchmany(KEPT_ROW_COUNT)
        self.cursor.close()
        self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
            self.cursor, description, initial_buffer=rows
        )


class BorrowedDialect(Dialect):
    """DuckDB's dialect on the connection given by :func:`borrow`."""

    execution_ctx_cls = _BufferedExecution
    supports_statement_cache = False

    def connect(self, *_args: Any, **_options: Any) -> ConnectionWrapper:
        return _BorrowedConnection(_borrowed.get())

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        super().do_execute(cursor, _WHOLE_TABLE.sub(r"\1", statement), parameters, context)

    def get_columns(
        self, _connection: Any, table_name: str, *_args: Any, **_options: Any
    ) -> list[dict[str, Any]]:
        """Name a table's columns; the catalogue would look through those of every table.

        No expectation here asks for their types.
        """
        columns = _borrowed.get().table(table_name).columns
        return [{"name": name, "type": NullType(), "nullable": True} for name in columns]

    def get_pk_constraint(self, *_args: Any, **_options: Any) -> Any:
        """A delivery has no keys; asking the catalogue for them costs as much as a rule."""
        return {"constrained_columns": [], "name": None}

    @classmethod
    def get_pool_class(cls, _url: Any) -> type[Pool]:
        return NullPool


@contextmanager
def borrow(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let engines of :data:`CONNECTION_STRING` use this connection while the block runs."""
    token = _borrowed.set(connection)
    try:
        yield
    finally:
        _borrowed.reset(token)


registry.register("duckdb.borrowed", __name__, BorrowedDialect.__name__)
