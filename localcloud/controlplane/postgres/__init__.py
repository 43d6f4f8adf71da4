"""The PostgreSQL server of a local cluster: found, started on loopback and stopped with the cluster (F1, F3)."""

from localcloud.controlplane.postgres.programs import MINIMUM_VERSION, NoPostgresError, Programs, find_programs
from localcloud.controlplane.postgres.server import DatabaseServer, end_database, running_database, start_database

__all__ = [
    "MINIMUM_VERSION",
    "DatabaseServer",
    "NoPostgresError",
    "Programs",
    "end_database",
    "find_programs",
    "running_database",
    "start_database",
]
