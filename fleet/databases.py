"""Makes the databases of tenants on local servers after `up` (F1, F3).

In production a Job in the cluster runs the same SQL; here the server is beside the cluster and no pod can run one.
"""

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path

import urllib3
from kubernetes import client

from components.data.tenant_database import SECRET_NAME
from fleet.clusters import api_client, reaches
from fleet.stacks import Stack
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.postgres import DatabaseServer, running_database
from localcloud.controlplane.postgres.sql import apply_steps, connect
from localcloud.paths import state_directory
from settings import Catalogue, TenantPlan, plan_tenants
from settings.database import (
    Step,
    database_of,
    identifier,
    literal,
    login_steps,
    platform_steps,
    scram_verifier,
    tenant_steps,
)
from settings.database.platform import MAINTENANCE
from settings.database.roles import OWNER


def make_databases(catalogue: Catalogue, stacks: Iterable[Stack], root: Path) -> tuple[dict[str, str], list[str]]:
    """Brings the local servers of these stacks' clusters up to date with their tenants.

    Returns what was made or changed, by tenant, in words, and what could not be for want of a server. A tenant whose
    SQL is the same as last time is left alone: the server itself remembers, so that a new one gets everything.
    Raises FleetError for a cluster that does not answer, LocalcloudError for SQL that fails.
    """
    made: dict[str, str] = {}
    missing: list[str] = []
    for stack in stacks:
        plans = [
            plan
            for plan in plan_tenants(catalogue, stack.config.cluster, stack.config.shard)
            if plan.cluster.databases == "local" and plan.tenant.id in stack.tenants
        ]
        if not plans:
            continue
        cluster = plans[0].cluster
        server = running_database(Layout(cluster.name, state_directory()))
        if server is None:
            missing.append(
                f"no PostgreSQL runs beside cluster {cluster.name!r}, so its tenants have no databases; "
                f"start it with: python -m localcloud start {cluster.name}"
            )
            continue
        core = client.CoreV1Api(api_client(cluster, stack, root))
        done = _remembered(server)
        _apply(server, OWNER, platform_steps(), done)
        for plan in plans:
            try:
                password = _password(core, plan)
            except (client.ApiException, urllib3.exceptions.HTTPError) as error:
                raise reaches(error, cluster.name) from None
            wanted = database_of(plan)
            steps = (*tenant_steps(wanted), *login_steps(wanted, scram_verifier(wanted.current_login, password)))
            if _apply(server, wanted.roles.owner, steps, done):
                made[plan.tenant.id] = f"{wanted.model}: {', '.join(home.database for home in wanted.homes)}"
    return made, missing


def _password(core: client.CoreV1Api, plan: TenantPlan) -> str:
    data = core.read_namespaced_secret(SECRET_NAME, plan.namespace).data
    return base64.b64decode(data["password"]).decode()


def _apply(server: DatabaseServer, owner: str, steps: tuple[Step, ...], done: dict[str, str]) -> bool:
    """Run steps unless they were the last that were run for this owner; whether they were run."""
    text = "\0".join(f"{step.database}\0{step.unless}\0{step.statements}" for step in steps)
    digest = f"tenantplane {hashlib.sha256(text.encode()).hexdigest()}"
    if done.get(owner) == digest:
        return False
    remember = Step(
        database=MAINTENANCE,
        title="remember what was done",
        statements=(f"COMMENT ON ROLE {identifier(owner)} IS {literal(digest)}",),
    )
    apply_steps(server, (*steps, remember))
    return True


def _remembered(server: DatabaseServer) -> dict[str, str]:
    """The comment of each role of ours."""
    query = (
        "SELECT rolname, pg_catalog.shobj_description(oid, 'pg_authid') FROM pg_catalog.pg_roles "
        "WHERE rolname LIKE 'tenant%'"
    )
    with connect(server, MAINTENANCE) as session:
        return {str(role): str(comment) for role, comment in session.execute(query).fetchall() if comment}
