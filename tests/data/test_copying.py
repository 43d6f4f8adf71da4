"""Any row that PostgreSQL can hold is copied as it is, and a checksum tells any two tables apart (F1)."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.data.copying import copy_table, measured
from localcloud.controlplane.postgres.sql import Sessions
from settings.database import Place, Table
from settings.database.moving import COMPARABLE, Moved
from tests.data.conftest import Tenancy

pytestmark = pytest.mark.xdist_group("data")

ODD = Table(
    "odd",
    (
        ("id", "integer NOT NULL"),
        ("words", "text"),
        ("document", "jsonb"),
        ("bytes", "bytea"),
        ("number", "numeric"),
        ("float", "double precision"),
        ("list", "text[]"),
        ("moment", "timestamptz"),
    ),
    ("id",),
)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(st.none() | st.booleans() | st.integers(-99, 99) | TEXT, lambda inner: st.lists(inner, max_size=3))
NASTY = st.sampled_from(
    ["", "\\N", "\\.", "\t", "\n", "\r\n", "\\", '"', "'", "NULL", "a\\tb", "\u2028", "ä" * 100_000]
)
ROW = st.tuples(
    st.none() | TEXT | NASTY,
    st.none() | JSON,
    st.none() | st.binary(max_size=20),
    st.none() | st.decimals(allow_nan=False) | st.just("NaN"),
    st.none() | st.floats(),
    st.none() | st.lists(st.none() | TEXT, max_size=3),
    st.none() | st.datetimes(timezones=st.timezones()),
)


def place(tenant: str, kind: str, schema: str) -> Place:
    return Place(tenant=tenant, kind=kind, database="tenantplane", schema=schema, table=ODD)  # type: ignore[arg-type]


ALL = place("odd-one", "shared", "odd_shared")
OWN = place("odd-one", "schema", "odd_own")
OTHERS = place("odd-two", "shared", "odd_shared")


@pytest.fixture(scope="module")
def sessions(tenancy: Tenancy) -> Iterator[Sessions]:
    with Sessions(tenancy.server, COMPARABLE) as made:
        session = made.to("tenantplane")
        session.execute("CREATE SCHEMA odd_shared")
        session.execute("CREATE SCHEMA odd_own")
        session.execute(ODD.definition("odd_shared", beside=frozenset(), shared=True))
        session.execute(ODD.definition("odd_own", beside=frozenset(), shared=False))
        try:
            yield made
        finally:
            session.execute("DROP SCHEMA odd_shared CASCADE")
            session.execute("DROP SCHEMA odd_own CASCADE")


def write(session: psycopg.Connection, tenant: str, rows: list[Any]) -> None:
    session.execute("DELETE FROM odd_shared.odd WHERE tenant_id = %s", (tenant,))
    with session.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO odd_shared.odd VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (tenant, index, row[0], None if row[1] is None else json.dumps(row[1]), *row[2:])
                for index, row in enumerate(rows)
            ],
        )


def said(_: str) -> None:
    """Nobody listens."""


@given(rows=st.lists(ROW, max_size=6), others=st.lists(ROW, max_size=2))
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_any_rows_there_and_back(sessions: Sessions, rows: list[Any], others: list[Any]) -> None:
    session = sessions.to("tenantplane")
    write(session, "odd-one", rows)
    write(session, "odd-two", others)
    before, neighbour = measured(sessions, ALL), measured(sessions, OTHERS)
    assert before[0] == len(rows)
    assert copy_table(sessions, Moved(ALL, OWN), said, said) == len(rows)
    assert measured(sessions, OWN) == before
    differing = session.execute(
        "(SELECT words, document::text, bytes, number, float, list, moment FROM odd_own.odd EXCEPT ALL "
        "SELECT words, document::text, bytes, number, float, list, moment FROM odd_shared.odd "
        "WHERE tenant_id = 'odd-one')"
    )
    assert differing.fetchall() == []
    copy_table(sessions, Moved(OWN, ALL), said, said)
    assert measured(sessions, ALL) == before
    assert measured(sessions, OTHERS) == neighbour


CHANGES = (
    "UPDATE odd_own.odd SET words = NULL WHERE words = '' AND id = 0",
    "UPDATE odd_own.odd SET words = 'a,b' WHERE id = 1",
    "UPDATE odd_own.odd SET document = '{\"a\": 2}' WHERE id = 0",
    "UPDATE odd_own.odd SET bytes = '\\x00' WHERE id = 0",
    "UPDATE odd_own.odd SET number = 1.10 WHERE id = 0",
    "UPDATE odd_own.odd SET float = float + 1e-15 WHERE id = 0",
    "UPDATE odd_own.odd SET list = '{NULL}' WHERE id = 0",
    "UPDATE odd_own.odd SET moment = moment + interval '1 microsecond' WHERE id = 0",
    "UPDATE odd_own.odd SET id = id + 10",
    "DELETE FROM odd_own.odd WHERE id = 1",
    "INSERT INTO odd_own.odd (id) VALUES (2)",
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_checksum_sees_the_smallest_change(sessions: Sessions, change: str) -> None:
    session = sessions.to("tenantplane")
    row = ("", {"a": 1}, b"", "1.1", 1.0, ["NULL"], "2024-01-01T00:00:00Z")
    write(session, "odd-one", [row, ("a", None, None, None, None, None, None)])
    copy_table(sessions, Moved(ALL, OWN), said, said)
    assert measured(sessions, OWN) == measured(sessions, ALL)  # the twin
    assert session.execute(change).rowcount > 0
    assert measured(sessions, OWN) != measured(sessions, ALL)


def test_a_checksum_does_not_see_the_order(sessions: Sessions) -> None:
    session = sessions.to("tenantplane")
    write(session, "odd-one", [(str(index), *[None] * 6) for index in range(50)])
    copy_table(sessions, Moved(ALL, OWN), said, said)
    before = measured(sessions, OWN)
    session.execute("UPDATE odd_own.odd SET words = words WHERE id % 3 = 0")  # they go to the end
    assert session.execute("SELECT id FROM odd_own.odd LIMIT 1").fetchone() != (0,)
    assert measured(sessions, OWN) == before
