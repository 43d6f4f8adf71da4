"""More than the tenant's share: quota, limits, and the ways around them (A4, C1, D4)."""

from typing import Any

from tests.cluster.acting import pod
from tests.cluster.attacks.attack import (
    CONTAINER,
    CORE,
    HOME,
    LIMITS,
    PODS,
    QUOTA,
    RBAC,
    Attack,
    Control,
    Request,
    at,
    changed,
    delete,
    flipped,
    get,
    named,
    patch,
    policy,
    post,
)

FREE = "hedgehog-cli"
FREE_PODS, FREE_SERVICES = at(f"tenant-{FREE}", "pods"), at(f"tenant-{FREE}", "services")
RESOURCES = (*CONTAINER, "resources")


def sized(cpu: str, memory: str, **more: str) -> dict[str, Any]:
    """The compliant pod of this size."""
    amount = {"cpu": cpu, "memory": memory, **more}
    return flipped(*RESOURCES, to={"requests": amount, "limits": amount})


def service(**spec: Any) -> dict[str, Any]:
    return named(spec={"ports": [{"port": 80}], **spec})


def claim(tier: str = "team", **spec: Any) -> dict[str, Any]:
    """A volume claim that every tenant of a tier may make."""
    base = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": f"tenantplane-{tier}",
    }
    return named(spec={**base, **spec})


def _more(  # noqa: PLR0917 - the columns of a table
    id_: str, title: str, twin: Request, flip: Request, control: Control, words: str, *sources: str, tenant: str = FREE
) -> Attack:
    return Attack(
        id=id_,
        title=title,
        sources=sources,
        who="admins",
        twin=twin,
        flip=flip,
        control=control,
        words=words,
        tenant=tenant,
    )


SMALL = post(FREE_PODS, sized("10m", "16Mi"))
MINE = post(PODS, sized("10m", "16Mi"))
OWN = "pelican-games"
SHORT = changed(sized("490m", "16Mi"), ("spec", "activeDeadlineSeconds"), 60)
HUGE = {"limits": {"memory": "1Gi", "cpu": "0"}, "requests": {"memory": "1Mi", "cpu": "0"}}
ENDLESS_DISK = {
    "limits": {"cpu": "1m", "memory": "1Mi", "ephemeral-storage": "0"},
    "requests": {"ephemeral-storage": "0"},
}

SHARE_ROWS = (
    # The overhead of gVisor, 50m, counts (C2).
    _more("quota-cpu", "more CPU than is left", SMALL, post(FREE_PODS, sized("490m", "16Mi")), QUOTA,
          "requested: limits.cpu=540m,requests.cpu=540m", "C1", "C2", "D4", "MTB-PL1-CC-FNS-1"),
    _more("quota-memory", "more memory than is left", SMALL, post(FREE_PODS, sized("10m", "1Gi")), QUOTA,
          "limits.memory", "C1", "D4", "MTB-PL1-CC-FNS-1"),
    _more("quota-scratch", "more scratch space than is left", SMALL, post(FREE_PODS, sized("10m", "16Mi",
          **{"ephemeral-storage": "5Gi"})), QUOTA, "ephemeral-storage", "C1", "MTB-PL1-CC-FNS-1"),
    _more("quota-gpu", "a GPU that the tier has not", SMALL, post(FREE_PODS, changed(sized("1m", "1Mi",
          **{"nvidia.com/gpu": "1"}), ("spec", "runtimeClassName"), "kata-gpu")), QUOTA, "requests.nvidia.com/gpu=1",
          "C1", "C7"),
    _more("quota-storage", "more storage than the tier has", post(at(f"tenant-{FREE}", "persistentvolumeclaims"),
          claim("free")), post(at(f"tenant-{FREE}", "persistentvolumeclaims"), claim("free",
          resources={"requests": {"storage": "1Ti"}})), LIMITS,
          "maximum storage usage per PersistentVolumeClaim", "C1"),
    _more("limit-cpu", "a container larger than the tenant", SMALL, post(FREE_PODS, sized("2", "16Mi")), LIMITS,
          "maximum cpu usage per Container is 500m", "A4", "C1"),
    _more("scope-terminating", "a pod with a deadline, which a quota of a scope would not count", SMALL,
          post(FREE_PODS, SHORT), QUOTA, "requests.cpu=540m", "A4", "D4"),
    _more("scope-class", "the class that may stretch, for a pod that is not queued", MINE, post(PODS,
          flipped("priorityClassName", to="batch")), policy("tenantplane-queued-pods"), "which are queued", "A4", "D1",
          tenant=OWN),
    _more("no-limit", "a CPU limit of 0, which means none", MINE, post(PODS, flipped(*RESOURCES, to=HUGE)), LIMITS,
          "minimum cpu usage per Container is 1m", "A4", "C1", tenant=OWN),
    _more("no-limit-scratch", "a limit of 0 for scratch space", MINE, post(PODS, flipped(*RESOURCES,
          to=ENDLESS_DISK)), LIMITS, "minimum ephemeral-storage usage per Container is 1Mi", "A4", "C1", tenant=OWN),
    _more("best-effort", "a pod that requests and limits 0 of everything", MINE, post(PODS, flipped(*RESOURCES, to={
          "requests": {"cpu": "0", "memory": "0"}, "limits": {"cpu": "0", "memory": "0"}})), LIMITS,
          "minimum memory usage per Container", "A4", "C1", tenant=OWN),
    _more("suspended", "a pod of a tenant that is suspended",
          get(at("tenant-lantern-notes", "pods")), post(at("tenant-lantern-notes", "pods"), pod()),
          QUOTA, "limited: pods=0", "A7", tenant="lantern-notes"),
)  # fmt: skip

PORT_ROWS = tuple(
    _more(
        f"service-{kind.lower()}",
        title,
        post(FREE_SERVICES, service()),
        post(FREE_SERVICES, service(type=kind)),
        QUOTA,
        words,
        *sources,
    )
    for kind, title, words, sources in (
        ("NodePort", "a port of every node", "services.nodeports", ("C1", "MTB-PL1-BC-HI-1 (NodePort)")),
        ("LoadBalancer", "a load balancer that the tier has not", "loadbalancers", ("C1",)),
    )
)

WRITES = {
    "resourcequotas": {"spec": {"hard": {"pods": "1000"}}},
    "limitranges": {"spec": {"limits": []}},
}
OWN_LIMIT_ROWS = tuple(
    _more(
        f"{resource}-{verb}",
        f"{'an edit' if verb == 'patch' else 'the deletion' if verb == 'delete' else 'one more'} of its {resource}",
        get(at(HOME, f"{resource}/tenant")),
        flip,
        RBAC,
        f'cannot {verb} resource "{resource}"',
        "B5",
        "C1",
        "MTB-PL1-CC-TI-1",
        "MTB-PL1-CC-FNS-2",
        tenant=OWN,
    )
    for resource, edit in WRITES.items()
    for verb, flip in (
        ("patch", patch(at(HOME, f"{resource}/tenant"), edit)),
        ("delete", delete(at(HOME, f"{resource}/tenant"))),
        ("create", post(at(HOME, resource), named())),
    )
)

STATUS_ROWS = (
    _more("quota-status", "a quota that says nothing is used", get(at(HOME, "resourcequotas/tenant")),
          patch(at(HOME, "resourcequotas/tenant/status"), {"status": {"used": {"pods": "0"}}}), RBAC,
          'cannot patch resource "resourcequotas/status"', "C1", "MTB-PL1-CC-TI-1", tenant=OWN),
    _more("resource-claim", "a device past the quota, by a claim of its own", get(at(HOME, "pods")),
          post("/apis/resource.k8s.io/v1" + at(HOME, "resourceclaims", ""), named()), RBAC,
          'cannot create resource "resourceclaims"', "C7", tenant=OWN),
    _more("quota-elsewhere", "another tenant's quota", get(at(HOME, "resourcequotas/tenant")),
          get(f"{CORE}/namespaces/tenant-acme-robotics/resourcequotas/tenant"), RBAC,
          'cannot get resource "resourcequotas"', "B5", "MTB-PL1-CC-TI-2", tenant=OWN),
)  # fmt: skip

ROWS = (*SHARE_ROWS, *PORT_ROWS, *OWN_LIMIT_ROWS, *STATUS_ROWS)
