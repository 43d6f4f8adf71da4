"""Makes the databases of tenants after `up`, on servers beside local clusters and on Aurora (F1, F3).

With CloudNativePG a Job in the cluster runs the same SQL. On an account `fleet` runs inside the network, as a private
endpoint of EKS demands, and so reaches the Aurora as well.
"""

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path

import urllib3
from kubernetes import client

from components.data.tenant_database import SECRET_NAME
from fleet.clusters import api_client, cluster_of, reaches
from fleet.data.adoption import ensure_record
from fleet.data.records import Record, only_one, records_in
from fleet.data.servers import NotReachedError, by_server, server_of, why_not
from fleet.errors import FleetError
from fleet.stacks import Stack
from localcloud.controlplane.postgres.sql import Sessions
from settings import Catalogue, TenantPlan, plan_tenants
from settings.database import (
    MAINTENANCE,
    PLATFORM_DATABASE,
    Step,
    TenantDatabase,
    database_of,
    identifier,
    literal,
    login_steps,
    platform_steps,
    scram_verifier,
    tenant_steps,
)
from settings.database.record import approval_recorded, orphaned
from settings.database.roles import OWNER


def make_databases(
    catalogue: Catalogue, stacks: Iterable[Stack], root: Path, withheld: frozenset[str] = frozenset()
) -> tuple[dict[str, str], list[str]]:
    """Brings the servers of these stacks' clusters up to date with their tenants. withheld: tenants whose data has yet
    to come, who are let in by nobody until then.

    Returns what was made or changed, by tenant, in words, and what a person has to know: servers that do not run, and
    tenants that have left and whose data is kept. A tenant whose SQL is the same as last time is left alone: the server
    itself remembers, so that a new one gets everything.
    Raises FleetError for a cluster that does not answer, and for a tenant whose data is elsewhere: no second home is
    made beside the first; when all others are done, NotReachedError for Auroras that do not let `fleet` in.
    LocalcloudError for SQL that fails.
    """
    made: dict[str, str] = {}
    notes: list[str] = []
    silent: list[str] = []
    for stack in stacks:
        cluster = cluster_of(catalogue, stack)
        if stack.is_shared or stack.config.is_of_the_cloud or not cluster.has_reachable_databases:
            continue
        everybody = [plan for plan in plan_tenants(catalogue, cluster.name) if plan.tenant.id not in withheld]
        for owner, residents in by_server(cluster, everybody).items():
            plans = [
                plan
                for plan in residents
                if plan.tenant.id in stack.tenants and stack.config.shard in (None, plan.shard)
            ]
            if owner != cluster.name and not plans:
                continue  # of another shard
            try:
                server = server_of(catalogue, cluster, None if owner == cluster.name else plans[0])
            except NotReachedError as error:
                silent.append(str(error))
                continue
            if server is None:
                notes += [why_not(cluster)] if plans else []
                continue
            core = client.CoreV1Api(api_client(cluster, stack, root))
            present = {plan.tenant.id for plan in residents} | withheld
            with Sessions(server) as sessions:
                made |= _brought_up(sessions, core, plans)
                notes += _left(sessions, present, catalogue.environment)
    if silent:
        lines = dict.fromkeys(silent)
        raise NotReachedError("\n  ".join(["tenants have no databases, or not those of today:", *lines]))
    return made, list(dict.fromkeys(notes))


def _brought_up(sessions: Sessions, core: client.CoreV1Api, plans: Iterable[TenantPlan]) -> dict[str, str]:
    """Brings one server up to date with tenants; what was made or changed, by tenant."""
    done = _remembered(sessions)
    _apply(sessions, OWNER, platform_steps(superuser=sessions.superuser), done)
    records = records_in(sessions.to(PLATFORM_DATABASE))
    made = {plan.tenant.id: _make(sessions, core, plan, done, records.get(plan.tenant.id)) for plan in plans}
    return {tenant: what for tenant, what in made.items() if what}


def _make(
    sessions: Sessions, core: client.CoreV1Api, plan: TenantPlan, done: dict[str, str], record: Record | None
) -> str | None:
    """Makes the database of one tenant; what it has now, when that is new."""
    try:
        password = _password(core, plan)
    except (client.ApiException, urllib3.exceptions.HTTPError) as error:
        raise reaches(error, plan.cluster.name) from None
    wanted = database_of(plan)
    steps = (
        *tenant_steps(wanted, superuser=sessions.superuser),
        *login_steps(wanted, scram_verifier(wanted.current_login, password)),
    )
    if (approval := plan.tenant.offboarding) is not None:
        steps = (*steps, approval_recorded(wanted.tenant, approval.model_dump_json()))
    if record is not None and _at_home(record, wanted) and done.get(wanted.roles.owner) == _digest(steps):
        return None
    with only_one(sessions.to(PLATFORM_DATABASE, "lock"), wanted.tenant):
        if not _at_home(ensure_record(sessions, wanted), wanted):
            raise FleetError(
                f"the data of tenant {wanted.tenant!r} is not where the catalogue wants it (F1), so no new home was "
                f"made for it; `python -m fleet preview {plan.environment}` says what helps"
            )
        if not _apply(sessions, wanted.roles.owner, steps, done):
            return None
    return f"{wanted.model}: {', '.join(home.database for home in wanted.homes)}"


def _at_home(record: Record, wanted: TenantDatabase) -> bool:
    return record.model == wanted.model and record.moving_to is None and record.orphaned_at is None


def _left(sessions: Sessions, present: set[str], environment: str) -> list[str]:
    """Records of every tenant that has left the catalogue that its data is kept; a line for each that is new."""
    notes: list[str] = []
    for tenant, record in records_in(sessions.to(PLATFORM_DATABASE)).items():
        if tenant not in present and record.orphaned_at is None:
            sessions.apply(orphaned(tenant))
            notes.append(
                f"tenant {tenant!r} has left and its data is kept; `python -m fleet data {environment}` lists it, and "
                f"`python -m fleet data {environment} --drop {tenant}` ends it"
            )
    return notes


def _password(core: client.CoreV1Api, plan: TenantPlan) -> str:
    data = core.read_namespaced_secret(SECRET_NAME, plan.namespace).data
    return base64.b64decode(data["password"]).decode()


def _apply(sessions: Sessions, owner: str, steps: tuple[Step, ...], done: dict[str, str]) -> bool:
    """Run steps unless they were the last that were run for this owner; whether they were run."""
    digest = _digest(steps)
    if done.get(owner) == digest:
        return False
    remember = Step(
        database=MAINTENANCE,
        title="remember what was done",
        statements=(f"COMMENT ON ROLE {identifier(owner)} IS {literal(digest)}",),
    )
    sessions.apply(*steps, remember)
    return True


def _digest(steps: tuple[Step, ...]) -> str:
    text = "\0".join(f"{step.database}\0{step.unless}\0{step.statements}" for step in steps)
    return f"tenantplane {hashlib.sha256(text.encode()).hexdigest()}"


def _remembered(sessions: Sessions) -> dict[str, str]:
    """The comment of each role of ours."""
    query = (
        "SELECT rolname, pg_catalog.shobj_description(oid, 'pg_authid') FROM pg_catalog.pg_roles "
        "WHERE rolname LIKE 'tenant%'"
    )
    found = sessions.to(MAINTENANCE).execute(query).fetchall()
    return {str(role): str(comment) for role, comment in found if comment}
