"""What a tenant with several namespaces has in all of them together, as the API server and the queue count it (A6)."""

from settings import TenantPlan
from settings.quantities import format_bytes, format_count, format_cpu, parse_bytes, parse_cpu
from tests.cluster.acting import Caller
from tests.cluster.queued import KUEUE

JOBS = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
"""What the queue has a part of."""
UNDIVIDED = ("resourcequotas", "count/limitranges", "count/sandboxclaims.extensions.agents.x-k8s.io")


def in_number(resource: str, quantity: str) -> int:
    """Millicores, bytes or a count."""
    return parse_cpu(quantity) if resource.endswith("cpu") else parse_bytes(quantity)


def written(resource: str, amount: int) -> str:
    """The same as the API server writes it."""
    if resource.endswith("cpu"):
        return format_cpu(amount)
    return format_bytes(amount) if resource.endswith(("memory", "storage")) else format_count(amount)


def own(caller: Caller, namespace: str) -> dict[str, str]:
    """What a namespace has for itself: of CPU and memory what stands in the second quota, of the rest the first."""
    first, second = (
        caller.get(f"/api/v1/namespaces/{namespace}/resourcequotas/{name}")["spec"]["hard"]
        for name in ("tenant", "tenant-standing")
    )
    return {key: value for key, value in {**first, **second}.items() if key not in UNDIVIDED}


def of_jobs(admin: Caller, plan: TenantPlan) -> dict[str, int]:
    """What the tenant's one queue gives Jobs at most, guaranteed as requests and with what it may borrow as limits."""
    (group,) = admin.get(f"{KUEUE}/clusterqueues/{plan.namespace}")["spec"]["resourceGroups"]
    made = dict.fromkeys(JOBS, 0)
    for flavor in group["flavors"]:
        for each in flavor["resources"]:
            if each["name"] in ("cpu", "memory"):
                nominal, more = (
                    in_number(each["name"], each.get(key, "0")) for key in ("nominalQuota", "borrowingLimit")
                )
                made[f"requests.{each['name']}"] += nominal
                made[f"limits.{each['name']}"] += nominal + more
    return made


def all_of(admin: Caller, plan: TenantPlan) -> dict[str, str]:
    """The sum over the tenant's namespaces and its Jobs."""
    total: dict[str, int] = dict(of_jobs(admin, plan))
    for each in (plan, *plan.children):
        for resource, quantity in own(admin, each.namespace).items():
            total[resource] = total.get(resource, 0) + in_number(resource, quantity)
    return {resource: written(resource, amount) for resource, amount in total.items()}
