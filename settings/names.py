"""Every name, label and tag that carries a tenant's identity, made in one place (B1).

A tenant id is fit for Kubernetes, AWS and SQL at once: lower-case words joined by single hyphens, 3 to 32 characters,
no name the platform or the systems below it keep for themselves. All functions are pure, and injective over valid ids.
"""

import hashlib
import re
from typing import Final

ID_MIN, ID_MAX = 3, 32
ID_PATTERN: Final = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
ID_RULE: Final = "lower-case letters, digits and single hyphens, starting with a letter, 3 to 32 characters"
ENVIRONMENT_PATTERN: Final = r"[a-z][a-z0-9]{1,15}"
"""No hyphen, so that `<environment>-<cluster>-<shard>` reads back in one way only."""

_RESERVED_WORDS = """
    admin administrator all any api app auth aws azure cloud cluster control-plane dashboard data default dns gateway
    gcp grafana ingress kubernetes localhost login mail master monitoring none null ops platform postgres postgresql
    prometheus public rdsadmin root security shared status superuser support sys system template template0 template1
    tenant tenantplane tenants unknown www
"""
RESERVED: Final = frozenset(_RESERVED_WORDS.split())
"""Ids no tenant may have: hosts, roles, databases and namespaces the platform or its parts use."""
RESERVED_PREFIXES: Final = ("aws-", "kube-", "pg-", "system-", "tenant-", "tenantplane-")

PART_OF: Final = "tenantplane"
MANAGED_BY: Final = "pulumi"
TENANT_LABEL: Final = "tenant"
TIER_LABEL: Final = "tenantplane.dev/tier"
COMPONENT_LABEL: Final = "app.kubernetes.io/component"
WORKLOAD_LABEL: Final = "tenantplane.dev/workload"
"""On pods: their kind of workload, which decides the runtimes they may have (C3)."""
SANDBOX: Final = "sandbox"
SANDBOX_LABEL: Final = "tenantplane.dev/sandbox"
"""On agents' sandboxes, "true", and on no other pod: what network policies tell the two apart by, the one kind by its
being there and the other by its absence."""
CHILD_LABEL: Final = "tenantplane.dev/namespace"
"""On a namespace that a tenant has beside its home, and all that is in it: the name its file gives it (A6)."""
JOBS_LABEL: Final = "tenantplane.dev/jobs"
"""On namespaces: "shared" where the tenant's Jobs have a budget of their own over all its namespaces (A6, D1)."""
NODES_LABEL: Final = "tenantplane.dev/nodes"
"""On namespaces: "dedicated" where the tenant has nodes of its own, and its pods run on those (A6, C6)."""
SIGNED_LABEL: Final = "policy.sigstore.dev/include"
"""On namespaces: "true" where Sigstore's policy controller has to verify images (G7)."""
CHILD_MAX: Final = 20
CHILD_RULE: Final = (
    f"lower-case letters, digits and single hyphens, starting with a letter, at most {CHILD_MAX} characters"
)

_ID = re.compile(ID_PATTERN)
_ENVIRONMENT = re.compile(ENVIRONMENT_PATTERN)
_HASH_LENGTH = 8


def id_problem(text: str) -> str | None:
    """Why the text cannot be a tenant's id, or None when it can."""
    if not ID_MIN <= len(text) <= ID_MAX or not _ID.fullmatch(text):
        return f"{text!r} is not a usable id"
    if text in RESERVED or text.startswith(RESERVED_PREFIXES):
        return f"{text!r} is reserved"
    return None


def is_environment(text: str) -> bool:
    """Whether the text can name an environment: 2 to 16 lower-case letters and digits, no hyphen."""
    return _ENVIRONMENT.fullmatch(text) is not None


def namespace(tenant: str) -> str:
    """Kubernetes namespace of a tenant: `tenant-<id>`, at most 39 of the 63 characters allowed."""
    return f"tenant-{tenant}"


def is_child(text: str) -> bool:
    """Whether the text can name a namespace that a tenant has beside its home."""
    return len(text) <= CHILD_MAX and _ID.fullmatch(text) is not None


def child_namespace(tenant: str, child: str) -> str:
    """Kubernetes namespace of a tenant beside its home: `tenant-<id>--<name>`, at most 61 of the 63 characters.

    Two hyphens, which no id and no name has: it reads back in one way only, and no tenant's id makes another's child.
    """
    return f"{namespace(tenant)}--{child}"


def host(tenant: str, domain: str) -> str:
    """DNS name of a tenant's gateway route: `<id>.<domain>`."""
    return f"{tenant}.{domain}"


def of_tenants() -> dict[str, str]:
    """The expression of a label selector that chooses what is of any tenant, such as the tenants' namespaces (B1)."""
    return {"key": TENANT_LABEL, "operator": "Exists"}


def labels(tenant: str, tier: str, component: str | None = None) -> dict[str, str]:
    """Labels of every Kubernetes object of a tenant (B1, G1).

    component: name of the workload; adds `app` and `app.kubernetes.io/name`, from which metrics take the app.
    """
    made = {
        TENANT_LABEL: tenant,
        TIER_LABEL: tier,
        "app.kubernetes.io/part-of": PART_OF,
        "app.kubernetes.io/managed-by": MANAGED_BY,
    }
    if component is not None:
        made |= {"app": component, "app.kubernetes.io/name": component}
    return made


def sandbox_labels(tenant: str, tier: str) -> dict[str, str]:
    """Labels of a tenant's sandboxes. They have no `app`: a Service or a budget of a workload must never choose one,
    whatever the workload is called."""
    return {**labels(tenant, tier), COMPONENT_LABEL: SANDBOX, SANDBOX_LABEL: "true"}


def platform_labels(component: str) -> dict[str, str]:
    """Labels of the objects that belong to no tenant, such as priority classes and gateways."""
    return {
        "app.kubernetes.io/name": component,
        "app.kubernetes.io/part-of": PART_OF,
        "app.kubernetes.io/managed-by": MANAGED_BY,
    }


def tags(
    tenant: str, tier: str, environment: str, component: str | None = None, cluster: str | None = None
) -> dict[str, str]:
    """AWS tags of every resource of a tenant (B1); cost and bucket policies match on `tenant`."""
    made = {
        "tenant": tenant,
        "tenantplane:tier": tier,
        "tenantplane:environment": environment,
        "tenantplane:managed-by": MANAGED_BY,
    }
    if component is not None:
        made["tenantplane:component"] = component
    if cluster is not None:
        made["tenantplane:cluster"] = cluster
    return made


def platform_tags(environment: str, component: str, cluster: str | None = None) -> dict[str, str]:
    """AWS tags of every resource that belongs to no tenant. It has no `tenant`, so that no policy takes it for one's.

    cluster: whose it is; None for what the clusters of a region share.
    """
    made = {
        "tenantplane:environment": environment,
        "tenantplane:component": component,
        "tenantplane:managed-by": MANAGED_BY,
    }
    if cluster is not None:
        made["tenantplane:cluster"] = cluster
    return made


def cloud(environment: str, *parts: str, limit: int = 64) -> str:
    """Name of something at AWS that is the platform's own: `tp-<environment>-<parts>`, at most `limit` characters.

    limit: 64 is a role's (IAM User Guide, "IAM and AWS STS quotas"). It is not below `tenantplane-`, under which roles
    reach every tenant's data (settings.storage.keys.platform_role).
    """
    return bounded("-".join(("tp", environment, *parts)), limit)


def sql_name(tenant: str) -> str:
    """Database, schema and role name of a tenant: `tenant_<id>` with underscores.

    Needs no quoting in PostgreSQL (the prefix keeps it from being a keyword), has at most 39 of the 63 bytes allowed,
    and two ids never meet because an id has no underscore.
    """
    return "tenant_" + tenant.replace("-", "_")


def bounded(text: str, limit: int) -> str:
    """The text, or when it is longer than `limit` its beginning and a stable hash of the whole, `limit` long at most.

    Cuts at no hyphen, so that what was a DNS label stays one. limit: at least 10 characters.
    """
    if limit < _HASH_LENGTH + 2:
        raise ValueError(f"a bounded name needs at least {_HASH_LENGTH + 2} characters, not {limit}")
    if len(text) <= limit:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{text[: limit - _HASH_LENGTH - 1].rstrip('-._')}-{digest}"


def stack_name(environment: str, cluster: str | None = None, shard: int | None = None) -> str:
    """Pulumi stack: `<environment>` for one that holds everything, `<environment>-platform` without a shard,
    `<environment>-<cluster>-<shard>` for a shard of a cluster's tenants."""
    if cluster is None:
        return environment if shard is None else f"{environment}-platform"
    return f"{environment}-platform" if shard is None else f"{environment}-{cluster}-{shard}"


def platform_stack(environment: str, cluster: str | None = None) -> str:
    """Pulumi stack that holds what a cluster has once: `<environment>-<cluster>-platform`, without the cluster's name
    where it is the only one."""
    return f"{environment}-platform" if cluster is None else f"{environment}-{cluster}-platform"


def foundation_stack(environment: str, region: str) -> str:
    """Pulumi stack that holds what clusters of a region stand on: `<environment>-<region>-foundation`."""
    return f"{environment}-{region}-foundation"


def entrances_stack(environment: str) -> str:
    """Pulumi stack that holds the names of the clusters: `<environment>-entrances`."""
    return f"{environment}-entrances"


def shard(tenant: str, shards: int) -> int:
    """Which of `shards` stacks holds a tenant, 0 up to shards - 1: the same on every machine, for ever.

    Jump consistent hashing (Lamping and Veach, 2014): growing from n to m shards moves only the tenants that go to the
    new ones, because a tenant that changes its stack has to be moved by state and not by deletion.
    """
    if shards < 1:
        raise ValueError(f"a cluster has at least one shard, not {shards}")
    key = int.from_bytes(hashlib.sha256(tenant.encode()).digest()[:8], "big")
    chosen, candidate = 0, 0
    while candidate < shards:
        chosen = candidate
        key = (key * 2862933555777941757 + 1) & 0xFFFFFFFFFFFFFFFF
        candidate = int((chosen + 1) * ((1 << 31) / ((key >> 33) + 1)))
    return chosen
