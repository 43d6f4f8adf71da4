"""What is wrong with the virtual control plane of a tenant: against its cluster, its file and its quota (A6)."""

from collections.abc import Iterator

from settings.catalogue import Catalogue
from settings.cluster import Cluster
from settings.placing import sandbox_pools
from settings.problems import Problem
from settings.quantities import format_bytes
from settings.quota import resolved_quota
from settings.tenant import Tenant
from settings.virtual_plan import (
    FURNITURE,
    IMAGES,
    LEVEL,
    SCRATCH_BYTES,
    SERVICES,
    STORE_BYTES,
    is_virtual,
    virtual_runtime,
)
from settings.yaml_source import Document


def virtual_problems(tenant: Tenant, cluster: Cluster, catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    """The cluster has what a virtual control plane needs, the tenant's file asks for nothing that does not go with it,
    and its quota has room for the store and the objects. CPU, memory and pods are counted with the workloads."""
    if not is_virtual(tenant):
        return
    at = ("isolation",)
    if not cluster.has_guard_rails:
        # A NetworkPolicy could not tell the syncer, which needs the host's API server, from what it carries over.
        what = f"isolation {LEVEL}: cluster {cluster.name!r} does not have the addon calico-policy"
        yield document.problem(at, what, "a cluster with addons: [calico-policy]")
    if missing := [each for each in IMAGES if getattr(cluster.images, each) is None]:
        what = f"isolation {LEVEL}: cluster {cluster.name!r} has no image of {', '.join(missing)}"
        yield document.problem(at, what, f"a cluster with images: {', '.join(IMAGES)}")
    if virtual_runtime(catalogue) is None:
        what = f"isolation {LEVEL}: no runtime is the default of agent sessions and runs them on sandbox nodes"
        yield document.problem(at, what, "a sandboxed runtime with default_for: [agent-sessions]")
    if not sandbox_pools(tenant, cluster)[1]:
        what = f"isolation {LEVEL}: cluster {cluster.name!r} has no node pool for what nobody has reviewed"
        yield document.problem(at, what, "a pool of kind sandbox")
    for index, workload in enumerate(tenant.workloads):
        if workload.name in SERVICES:
            what = f"workload {workload.name!r} has the name of the virtual control plane's Service"
            yield document.problem(("workloads", index, "name"), what, f"any name but {', '.join(SERVICES)}")
    if tenant.sandboxes is not None:
        # Claims are made on the host, where people of such a tenant only read; nothing carries them over.
        what = f"sandboxes do not go with isolation {LEVEL}"
        yield document.problem(("sandboxes",), what, "no sandboxes, or another isolation")
    tier = catalogue.tiers[tenant.tier]
    quota = resolved_quota(tenant, tier, cluster)
    for name, most, least in (
        ("storage", quota.storage_bytes, STORE_BYTES),
        ("ephemeral_storage", quota.ephemeral_storage_bytes, SCRATCH_BYTES),
    ):
        if most < least:
            what = f"isolation {LEVEL} needs {format_bytes(least)} of {name}"
            yield document.problem(at, what, f"at most {format_bytes(most)}, by tier and quota")
    short = {each: least for each, least in FURNITURE.items() if getattr(quota.objects, each) < least}
    if short:
        need = ", ".join(f"{each} {least}" for each, least in short.items())
        have = ", ".join(f"{each} {getattr(quota.objects, each)}" for each in short)
        yield document.problem(
            at, f"isolation {LEVEL} needs objects: {need}", f"a tier with at least that; it has {have}"
        )
