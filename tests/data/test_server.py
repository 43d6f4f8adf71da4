"""The local server as `make up` starts it (F1, F5)."""

import os
import stat
from pathlib import Path

import psutil
import psycopg
import pytest

from localcloud.controlplane import process
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import ensure_pki
from localcloud.controlplane.postgres import (
    DatabaseServer,
    NoPostgresError,
    end_database,
    running_database,
    start_database,
)
from localcloud.controlplane.postgres.sql import connect
from tests.polling import until

pytestmark = pytest.mark.xdist_group("data")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout("own", tmp_path)
    made.directory.mkdir(parents=True, mode=0o700)
    ensure_pki(made)
    return made


def test_it_starts_once_survives_a_crash_and_ends(layout: Layout) -> None:
    try:
        first = start_database(layout)
    except NoPostgresError as error:
        pytest.skip(str(error))
    try:
        assert first.started
        assert not start_database(layout).started
        with connect(first, "postgres") as session:
            session.execute("CREATE TABLE kept AS SELECT 1 AS one")
            session.execute("CHECKPOINT")
        found = process.recorded(layout.process("postgresql"))
        assert found is not None
        children = found[0].children(recursive=True)
        for each in (found[0], *children):
            each.kill()
        psutil.wait_procs([found[0], *children], timeout=10)
        assert running_database(layout) is None
        again = start_database(layout)
        assert again.started
        with connect(again, "postgres") as session:
            assert session.execute("SELECT one FROM kept").fetchall() == [(1,)]
    finally:
        end_database(layout)
    assert running_database(layout) is None
    assert not (layout.directory / "postgresql").exists()
    until(lambda: not process.find(layout.directory, ("postgres",)), "no process of the server is left")


def test_it_listens_on_loopback_alone(server: DatabaseServer) -> None:
    listening = {
        each.laddr.ip for each in psutil.net_connections("tcp") if each.laddr and each.laddr.port == server.port
    }
    assert listening == {"127.0.0.1"}


def test_it_takes_only_tls_and_only_the_password(server: DatabaseServer) -> None:
    login = f"host={server.host} port={server.port} user={server.user} dbname=postgres"
    with psycopg.connect(login, password=server.password, sslmode="require") as session:  # the twin
        row = session.execute("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
        assert row == ("TLSv1.3",)
        assert session.execute("SHOW password_encryption").fetchone() == ("scram-sha-256",)
    with pytest.raises(psycopg.OperationalError, match=r"pg_hba.conf rejects connection .* no encryption"):
        psycopg.connect(login, password=server.password, sslmode="disable")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(login, password="guess", sslmode="require")


def test_its_processes_are_not_roots_in_their_own_eyes(server: DatabaseServer) -> None:
    with connect(server, "postgres") as session:
        (directory,) = session.execute("SHOW data_directory").fetchone() or ("",)
        assert session.execute("SELECT pg_read_file('PG_VERSION')").fetchone() is not None
    assert stat.S_IMODE(os.stat(directory).st_mode) == 0o700  # noqa: PTH116


def test_the_password_is_in_no_words_about_it(server: DatabaseServer) -> None:
    assert server.password not in repr(server) + str(server)
