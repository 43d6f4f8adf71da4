"""A Job that runs a script of SQL on the cluster's PostgreSQL, as its superuser (F3)."""

import hashlib
from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.batch import v1 as batch

from components.objects import Manifest
from components.scheduling.placement import system_placement
from components.security.hardened_pod import hardened_pod
from settings.cluster import Cluster
from settings.database.server import CA_SECRET, POSTGRES_PORT, SERVER, SUPERUSER_SECRET
from settings.database.statements import MAINTENANCE

NAME = "database-sql"
"""Of its pods, by which network policies find them."""
SCRIPT = "steps.sql"
LONGEST_S = 600


def sql_job(
    logical: str,
    *,
    cluster: Cluster,
    image: str,
    metadata: Manifest,
    script: Manifest,
    version: str,
    opts: pulumi.ResourceOptions,
) -> batch.Job:
    """A Job whose name ends in the hash of `version`, so that a changed script is a new Job; the engine waits for its
    end and fails with it.

    metadata: its name is the Job's without the hash. script: the volume that holds `steps.sql`. version: what the
    script says but for secrets, known at preview. A second run changes nothing; each step runs whole or not at all.
    """
    digest = hashlib.sha256(version.encode()).hexdigest()[:8]
    labels: Mapping[str, str] = {**metadata["labels"], "app.kubernetes.io/name": NAME}
    container = {
        "name": "psql",
        "image": image,
        "command": ["psql", "--no-psqlrc", "--no-password", f"--file=/sql/{SCRIPT}"],
        "env": [
            {"name": "PGHOST", "value": f"{SERVER}-rw.{cluster.database_namespace}.svc"},
            {"name": "PGPORT", "value": str(POSTGRES_PORT)},
            {"name": "PGDATABASE", "value": MAINTENANCE},
            {"name": "PGSSLMODE", "value": "verify-full"},
            {"name": "PGSSLROOTCERT", "value": "/ca/ca.crt"},
            _from_secret("PGUSER", "username"),
            _from_secret("PGPASSWORD", "password"),
        ],
        "volume_mounts": [
            {"name": "sql", "mount_path": "/sql", "read_only": True},
            {"name": "ca", "mount_path": "/ca", "read_only": True},
        ],
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "500m", "memory": "128Mi"}},
    }
    pod = hardened_pod(
        service_account="default",
        priority_class="critical",
        placement=system_placement(cluster),
        containers=[container],
    )
    authority = {"name": "ca", "secret": {"secret_name": CA_SECRET, "items": [{"key": "ca.crt", "path": "ca.crt"}]}}
    return batch.Job(
        logical,
        metadata={**metadata, "name": f"{metadata['name']}-{digest}"},
        spec={
            "backoff_limit": 6,
            "active_deadline_seconds": LONGEST_S,
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    **pod,
                    "restart_policy": "Never",
                    "volumes": [*pod["volumes"], {"name": "sql", **script}, authority],
                },
            },
        },
        opts=opts,
    )


def _from_secret(variable: str, key: str) -> Manifest:
    return {"name": variable, "value_from": {"secret_key_ref": {"name": SUPERUSER_SECRET, "key": key}}}
