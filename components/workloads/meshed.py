"""Where a service's pods differ on a cluster that is in a mesh: a proxy stands before the program (E3)."""

from collections.abc import Mapping

from components.objects import Manifest
from settings import TenantPlan
from settings.mesh import ANNOTATIONS, APP_PORT, LABELS, variables
from settings.ports import SERVICE_PORT


def program_port(plan: TenantPlan) -> int:
    """TCP port that the program itself listens on: the services' own, or one behind the proxy, which has that."""
    return SERVICE_PORT if plan.trust_domain is None else APP_PORT


def target_port(plan: TenantPlan) -> str | int:
    """Where a Service leads: the program's port by its name, or the proxy's, which no container of ours declares."""
    return "http" if plan.trust_domain is None else SERVICE_PORT


def pod_metadata(plan: TenantPlan, labels: Mapping[str, str]) -> Manifest:
    """Metadata of the pods; in a mesh they ask for their proxy."""
    if plan.trust_domain is None:
        return {"labels": dict(labels)}
    return {"labels": {**labels, **LABELS}, "annotations": dict(ANNOTATIONS)}


def environment(plan: TenantPlan) -> dict[str, str]:
    """Variables that bring a program's requests to its proxy; none without a mesh."""
    return {} if plan.trust_domain is None else variables(plan.tenant.egress)
