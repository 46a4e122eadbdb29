"""SQLite files that several processes use, for what a course counts and queues. The gradebook is
nbgrader's and is not opened here."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, create_engine, event, text
from sqlalchemy.pool import NullPool

from kireji.errors import KirejiError

BUSY_SECONDS = 15  # that another process may write


class Database:
    """The database in the file `path`, with `tables`; made if there is none. Every use opens the
    file anew, so that threads can share it, and that it survives a restore.

    version: of `tables`. In a file of another version they are dropped and made again if they are
    only `derived` from something else; otherwise KirejiError."""

    def __init__(self, path: Path, tables: MetaData, version: int, derived: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._engine = create_engine(
            f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS}
        )
        # Python's driver would begin a transaction at the first change only, so that another
        # process could change what was read before it.
        event.listen(self._engine, "connect", _leave_transactions_to_us)
        event.listen(self._engine, "begin", _begin)
        if self._version() != version:
            with self.write() as connection:
                found = connection.execute(text("PRAGMA user_version")).scalar_one()
                if found not in (0, version):
                    if not derived:
                        raise KirejiError(
                            f"{path} is of version {found}, and this Kireji knows version"
                            f" {version}. Install the version of Kireji that wrote it."
                        )
                    tables.drop_all(connection)
                if found != version:
                    tables.create_all(connection)
                    connection.execute(text(f"PRAGMA user_version = {version}"))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection that only one process has at a time. All its changes become visible
        together at the end, or none if there is an error."""
        with (
            self._engine.connect().execution_options(kireji_writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    def _version(self) -> int:
        with self.read() as connection:
            return connection.execute(text("PRAGMA user_version")).scalar_one()


def _leave_transactions_to_us(connection: Any, record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("kireji_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
