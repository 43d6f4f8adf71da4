"""Whoever breaks a live cluster, and puts it back as it was: each deed remembers how it is undone."""

import copy
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import connect
from tests.cluster.acting import Caller

Object = dict[str, Any]
_SERVERS_OWN = ("resourceVersion", "uid", "creationTimestamp", "generation", "managedFields", "selfLink")


class Hands:
    """Deeds of the cluster's administrator, and of the database server's. Use as a context: everything is undone at its
    end, the last first."""

    def __init__(self, admin: Caller, server: DatabaseServer | None = None) -> None:
        self._admin, self._server = admin, server
        self._back: list[Callable[[], object]] = []

    def __enter__(self) -> "Hands":
        return self

    def __exit__(self, *_: object) -> None:
        while self._back:
            self._back.pop()()

    def patch(self, path: str, body: Any) -> None:
        """A merge patch; undone by putting the object back whole."""
        before = self._admin.get(path)
        self._admin.patch(path, body)
        self._back.append(lambda: self._put_back(path, before))

    def change(self, path: str, how: Callable[[Object], object]) -> None:
        """An object, edited."""
        before = self._admin.get(path)
        after = copy.deepcopy(before)
        how(after)
        answer = self._admin.ask("PUT", path, after)
        assert answer.status < 300, f"PUT {path}: {answer.status} {answer.message}"
        self._back.append(lambda: self._put_back(path, before))

    def delete(self, path: str) -> None:
        """The deletion of an object."""
        before = self._admin.get(path)
        self._admin.delete(path)
        collection = path.rpartition("/")[0]
        self._back.append(lambda: self._admin.create(collection, _bare(before)))

    def create(self, path: str, body: Object) -> None:
        """One object more."""
        made = self._admin.create(path, body)
        self._back.append(lambda: self._admin.delete(f"{path}/{made['metadata']['name']}"))

    def sql(self, database: str, do: str, undo: str) -> None:
        """A statement of the database server's superuser."""
        assert self._server is not None
        self._run(database, do)
        self._back.append(lambda: self._run(database, undo))

    def _run(self, database: str, statement: str) -> None:
        assert self._server is not None
        with connect(self._server, database) as session:
            session.execute(psycopg.sql.SQL(statement))

    def _put_back(self, path: str, before: Object) -> None:
        now = self._admin.get(path)
        body = _bare(before)
        body["metadata"]["resourceVersion"] = now["metadata"]["resourceVersion"]
        answer = self._admin.ask("PUT", path, body)
        assert answer.status < 300, f"{path} is not as it was: {answer.status} {answer.message}"


def _bare(before: Object) -> Object:
    """Without what the API server writes itself."""
    made = copy.deepcopy(before)
    made.pop("status", None)
    for each in _SERVERS_OWN:
        with suppress(KeyError):
            del made["metadata"][each]
    return made
