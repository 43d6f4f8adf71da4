"""One PostgreSQL server beside a local control plane, on loopback, with the cluster's own certificates."""

import json
import secrets
import shutil
import signal
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from localcloud.controlplane import process
from localcloud.controlplane.companion import Companion, listens
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import CLUSTER, issue_server
from localcloud.controlplane.ports import HOST, free_ports
from localcloud.controlplane.postgres.configuration import SUPERUSER, write_server_configuration
from localcloud.controlplane.postgres.programs import NoPostgresError, Programs, find_programs
from localcloud.errors import LocalcloudError
from localcloud.files import explain_full_disk, write_whole

PART = "postgresql"
SERVICES = "*.tenantplane-data.svc"
"""The names by which tenants' Secrets know it, unless the topology names another namespace. Nothing answers there; a
client that is told the address sees that it is the server of that name."""
_READY_TIMEOUT_S = 60.0
_STOP_GRACE_S = 10.0
_STATUS_LINE = 7
"""Of postmaster.pid, counted from 0."""


@dataclass(frozen=True)
class _Made:
    """What is remembered of a server between commands."""

    port: int
    password: str


@dataclass(frozen=True)
class DatabaseServer:
    """A running server, and how its superuser gets in.

    authority: file of the certificate that signed the server's. started: whether this call started it. superuser:
    whether the user is one; the master of a managed service is not.
    """

    host: str
    port: int
    authority: Path
    user: str
    password: str
    started: bool = False
    superuser: bool = True

    def __repr__(self) -> str:
        return f"DatabaseServer({self.host}:{self.port})"  # never the password (I5)


def start_database(layout: Layout) -> DatabaseServer:
    """Make the cluster's server run; returns once it answers. Repeating it is free.

    Needs the cluster's certificates. Takes about a second for a new one.
    Raises NoPostgresError when this machine has none, LocalcloudError when it does not start.
    """
    if (there := running_database(layout)) is not None:
        return there
    programs = find_programs()
    folder = _folder(layout)
    with explain_full_disk(layout.directory):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = _known(layout) or _Made(free_ports([PART])[PART], secrets.token_urlsafe(32))
        write_whole(folder / "server.json", json.dumps(asdict(made)))
        data = _data(layout, programs, made.password)
    port = made.port
    _companion(layout).require_free(port)
    certificate, key = issue_server(layout, HOST, ("localhost", HOST, SERVICES))
    write_whole(folder / "server.crt", certificate)
    write_whole(folder / "server.key", key)
    write_server_configuration(data, port, folder / "server.crt", folder / "server.key")
    (data / "postmaster.pid").unlink(missing_ok=True)  # of a server that was killed: none of ours runs, see above
    child = process.spawn(
        (*programs.command("postgres"), "-D", str(data)),
        layout.log(PART),
        layout.process(PART),
        folder,
        {"LC_ALL": "C"},
    )
    _companion(layout).await_start(child, lambda: _answers(layout, port), _READY_TIMEOUT_S)
    return _server(layout, made, started=True)


def running_database(layout: Layout) -> DatabaseServer | None:
    """The cluster's server when it runs and answers, else None."""
    made = _known(layout)
    if made is None or not _companion(layout).runs or not _answers(layout, made.port):
        return None
    return _server(layout, made)


def end_database(layout: Layout) -> None:
    """End the server, without waiting for its sessions, and delete its files."""
    # SIGQUIT: at once, since its files go as well.
    _companion(layout).end(_STOP_GRACE_S, first=signal.SIGQUIT)


def _companion(layout: Layout) -> Companion:
    return Companion(layout, PART, "PostgreSQL", "postgres", _folder(layout))


def _folder(layout: Layout) -> Path:
    return layout.directory / "postgresql"


def _data(layout: Layout, programs: Programs, password: str) -> Path:
    """The data directory: made under another name first, so that what a killed start leaves is made anew."""
    folder = _folder(layout)
    data = folder / "data"
    if data.is_dir():
        made_by = (data / "PG_VERSION").read_text().strip()
        if made_by != str(programs.major):
            raise NoPostgresError(
                f"the data of cluster {layout.name} is of PostgreSQL {made_by} and this machine has {programs.major}; "
                f"make it anew: python -m localcloud stop {layout.name} && python -m localcloud start {layout.name}"
            )
        return data
    building = folder / "data.new"
    shutil.rmtree(building, ignore_errors=True)
    password_file = folder / "password"
    write_whole(password_file, password)
    options = ("--no-sync", "--no-locale", "--encoding=UTF8", "--data-checksums", "--no-instructions")
    done = subprocess.run(
        [
            *programs.command("initdb"),
            f"--pgdata={building}",
            f"--username={SUPERUSER}",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            *options,
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    password_file.unlink(missing_ok=True)
    if done.returncode != 0:
        raise LocalcloudError(f"PostgreSQL's initdb failed:\n{done.stderr.strip()}")
    building.replace(data)
    return data


def _known(layout: Layout) -> _Made | None:
    try:
        data = json.loads((_folder(layout) / "server.json").read_text())
        return _Made(int(data["port"]), str(data["password"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _server(layout: Layout, made: _Made, *, started: bool = False) -> DatabaseServer:
    return DatabaseServer(
        host=HOST,
        port=made.port,
        authority=layout.certificate(CLUSTER),
        user=SUPERUSER,
        password=made.password,
        started=started,
    )


def _answers(layout: Layout, port: int) -> bool:
    """Whether the server says of itself that it takes sessions, and listens. It takes connections before that, only to
    say that it is starting."""
    try:
        said = (_folder(layout) / "data" / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(said) > _STATUS_LINE and said[_STATUS_LINE].strip() == "ready" and listens(port)
