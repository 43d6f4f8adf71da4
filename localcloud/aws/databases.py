"""RDS clusters that are PostgreSQL servers of this machine (F1, H1)."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from localcloud.aws.layout import AwsLayout
from localcloud.aws.model import Hooks, Scope
from localcloud.controlplane.layout import Layout, cluster_names
from localcloud.controlplane.pki import CLUSTER, ensure_pki
from localcloud.controlplane.postgres import DatabaseServer, end_database, start_database
from localcloud.controlplane.postgres.sql import connect
from localcloud.errors import LocalcloudError
from localcloud.files import lock
from localcloud.paths import state_directory

_LONGEST: Final = 32
"""Of a directory, whose name is in that of the certificates' authority, 64 characters at most; RDS allows 63."""
_PASSWORD_BYTES: Final = 24
_OF_MASTER: Final = ("postgres", "template1")
"""Databases that every server has and that RDS gives to the master."""


def authority(identifier: str, region: str, state_dir: Path | None = None) -> Path:
    """File of the certificate that signed the server's of an RDS cluster: for sslrootcert."""
    return _layout(identifier, region, state_dir).certificate(CLUSTER)


def turn_password(identifier: str, region: str, user: str, password: str, state_dir: Path) -> None:
    """Give the master of an RDS cluster another password. Its server is started where it does not run; there is none
    where nobody made the cluster by the provider. Raises LocalcloudError."""
    layout = _layout(identifier, region, state_dir)
    if not layout.directory.exists():
        return
    with lock(layout.lock):
        server = start_database(layout)
    _master(server, user, password, None)


def wake_databases(state_dir: Path | None = None) -> tuple[str, ...]:
    """Start the servers that were made and do not run, as after a restart of the machine; their names."""
    layout = AwsLayout(state_dir or state_directory())
    made = (Layout(name, layout.databases) for name in cluster_names(layout.databases))
    return tuple(each.name for each in made if start_database(each).started)


def stop_databases(layout: AwsLayout) -> None:
    """End every server and remove its files."""
    for name in cluster_names(layout.databases):
        end_database(Layout(name, layout.databases))


class LocalDatabase(Hooks):
    """Behind aws:rds/cluster:Cluster."""

    def check(self, inputs: Mapping[str, Any]) -> str | None:
        """An engine that is not PostgreSQL."""
        engine = inputs.get("engine")
        if isinstance(engine, str) and engine not in ("aurora-postgresql", "postgres") and "-" in engine:
            return f"engine: {engine} is asked for, and the servers of this machine are PostgreSQL"
        return None

    def created(self, scope: Scope) -> Mapping[str, Any]:
        """Start a server with the cluster's user and database; its password is where RDS has it."""
        given = scope["in"]
        server = _start(scope)
        user = str(given.get("masterUsername") or "postgres")
        managed = bool(given.get("manageMasterUserPassword"))
        password = secrets.token_urlsafe(_PASSWORD_BYTES) if managed else str(given.get("masterPassword") or "")
        _master(server, user, password, given.get("databaseName"))
        told = {"DBClusterIdentifier": scope["id"], "Port": server.port}
        scope["session"].call("rds", "modify_db_cluster", told, scope["region"])
        if managed:
            kept = {"SecretId": _secret(scope), "SecretString": json.dumps({"username": user, "password": password})}
            scope["session"].call("secretsmanager", "put_secret_value", kept, scope["region"])
        return {}

    def resumed(self, scope: Scope) -> None:
        """All of it once more: nobody has used the password yet."""
        self.created(scope)

    def read(self, scope: Scope) -> Mapping[str, Any] | None:
        """Where it answers; None when somebody removed it. One that does not run is started."""
        if not _layout(scope["id"], scope["region"]).directory.exists():
            return None
        server = _start(scope)
        made: dict[str, Any] = {"endpoint": server.host, "readerEndpoint": server.host, "port": server.port}
        if not scope["in"].get("manageMasterUserPassword"):
            return made
        arn = _secret(scope)
        found = scope["session"].call("secretsmanager", "describe_secret", {"SecretId": arn}, scope["region"])
        secret = {"secretArn": arn, "secretStatus": "active", "kmsKeyId": found.get("KmsKeyId", "")}
        return {**made, "masterUserSecrets": [secret]}

    def updated(self, scope: Scope) -> Mapping[str, Any]:
        """Another password."""
        given = scope["in"]
        if given.get("masterPassword") and given["masterPassword"] != scope["was"].get("masterPassword"):
            _master(_start(scope), str(given["masterUsername"]), str(given["masterPassword"]), None)
        return {}

    def deleted(self, scope: Scope) -> None:
        """End the server, and remove its data."""
        layout = _layout(scope["id"], scope["region"])
        with lock(layout.lock):
            end_database(layout)
            for file in sorted(layout.directory.rglob("*"), reverse=True):
                file.rmdir() if file.is_dir() else file.unlink()
            if layout.directory.is_dir():
                layout.directory.rmdir()


def _layout(identifier: str, region: str, state_dir: Path | None = None) -> Layout:
    name = f"{region}-{identifier.lower()}"  # which is taken once in a region
    if len(name) > _LONGEST:
        name = f"{name[: _LONGEST - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return Layout(name, AwsLayout(state_dir or state_directory()).databases)


def _start(scope: Scope) -> DatabaseServer:
    layout = _layout(scope["id"], scope["region"])
    layout.directory.mkdir(parents=True, exist_ok=True)
    with lock(layout.lock):
        ensure_pki(layout)
        return start_database(layout)


def _master(server: DatabaseServer, user: str, password: str, database: str | None) -> None:
    """As rds_superuser: may make roles and databases, sees and ends everybody's sessions, owns the databases that a
    server has, and is no superuser."""
    try:
        with connect(server, "postgres") as session:
            known = session.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (user,)).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            session.execute(
                sql.SQL("{} ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {}").format(
                    verb, sql.Identifier(user), sql.Literal(password)
                )
            )
            named = sql.Identifier(user)
            session.execute(sql.SQL("GRANT pg_monitor, pg_signal_backend TO {} WITH ADMIN OPTION").format(named))
            for each in _OF_MASTER:
                session.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(each), named))
            there = session.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
            if database and not there:
                session.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(user))
                )
    except psycopg.Error as error:
        raise LocalcloudError(
            f"PostgreSQL refused to make the user of the cluster: {error.diag.message_primary}"
        ) from error


def _secret(scope: Scope) -> str:
    """ARN of the secret that RDS made for the master's password."""
    asked = {"DBClusterIdentifier": scope["id"]}
    found = scope["session"].call("rds", "describe_db_clusters", asked, scope["region"])["DBClusters"][0]
    return str(found["MasterUserSecret"]["SecretArn"])
