"""What a local PostgreSQL server is told: loopback only, TLS 1.3 only, passwords by SCRAM, nothing logged in clear."""

from pathlib import Path

from localcloud.controlplane.ports import HOST

SUPERUSER = "postgres"

_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "ssl": "on",
    "ssl_min_protocol_version": "TLSv1.3",  # F5
    "password_encryption": "scram-sha-256",
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "posix",
    # A machine to develop on: after a power cut `make up` makes it anew.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "128MB",
    "min_wal_size": "32MB",
    # Nobody's statement in anybody's sight, and no bind value in an error message (I5).
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "track_activities": "on",
    "row_security": "on",
    "event_source": "tenantplane",
}

_RULES = """\
# Written by localcloud. Only TLS, only from this machine, only with a password; the first line that fits decides.
hostnossl all all 0.0.0.0/0 reject
hostssl replication all 0.0.0.0/0 reject
hostssl all all 127.0.0.1/32 scram-sha-256
"""


def write_server_configuration(data: Path, port: int, certificate: Path, key: Path) -> None:
    """Write what the server reads at its start."""
    settings = {**_SETTINGS, "port": str(port), "ssl_cert_file": str(certificate), "ssl_key_file": str(key)}
    lines = [f"{name} = '{_quoted(value)}'" for name, value in settings.items()]
    (data / "postgresql.conf").write_text("\n".join(lines) + "\n")
    (data / "pg_hba.conf").write_text(_RULES)
    (data / "pg_ident.conf").write_text("")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
