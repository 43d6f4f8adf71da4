"""More than the tenant's share: quota, limits, and the ways around them (A4, C1, D4)."""

from collections.abc import Iterator

from components.tenancy.quota import LIMITS_NAME, QUOTA_NAME
from fleet.verify.place import Manifest, Place, changed, named
from fleet.verify.probe import Flip
from fleet.verify.probes.pods import CONTAINER
from fleet.verify.refuser import LIMITS, QUOTA, RBAC, Refuser
from fleet.verify.request import Request, at, delete, get, patch, post
from settings.quantities import format_bytes, format_cpu

RESOURCES = (*CONTAINER, "resources")


def shares(place: Place) -> Iterator[Flip]:
    """What would go past quota or limits."""
    yield from _pods(place)
    yield from _objects(place)
    yield from _own_limits(place)


def _sized(place: Place, cpu: str, memory: str) -> Manifest:
    amount = {"cpu": cpu, "memory": memory}
    return changed(place.pod(), *RESOURCES, to={"requests": amount, "limits": amount})


def _pods(place: Place) -> Iterator[Flip]:
    path = at(place.namespace, "pods")
    twin = post(path, place.pod())
    most = place.plan.limit_range.max

    def flip(id_: str, control: str, title: str, body: Manifest, by: Refuser, words: str, like: Request = twin) -> Flip:  # noqa: PLR0917 - the columns of a table
        return Flip(
            id=id_, control=control, title=title, who=place.writer, twin=like, flip=post(path, body), by=by, words=words
        )

    # Two containers, each as large as one may be at all: more than the share, however little of it is used.
    for id_, title, cpu, memory, words in (
        ("quota-cpu", "more CPU than its share", format_cpu(most.cpu_m), "1Mi", "requests.cpu="),
        ("quota-memory", "more memory than its share", "1m", format_bytes(most.memory_bytes), "requests.memory="),
    ):
        large = _sized(place, cpu, memory)
        two = [{**large["spec"]["containers"][0], "name": each} for each in ("main", "second")]
        yield flip(id_, "TP-C1-01", title, changed(large, "spec", "containers", to=two), QUOTA, words)
    beyond = _sized(place, format_cpu(most.cpu_m + 1000), "1Mi")
    yield flip("limit-cpu", "TP-C1-02", "a container larger than the tenant", beyond, LIMITS,
               f"maximum cpu usage per Container is {format_cpu(most.cpu_m)}")  # fmt: skip
    endless = changed(place.pod(), *RESOURCES, "limits", "cpu", to="0")
    endless = changed(endless, *RESOURCES, "requests", "cpu", to="0")
    yield flip("no-limit", "TP-A4-01", "a CPU limit of 0, which means none", endless, LIMITS,
               "minimum cpu usage per Container is")  # fmt: skip


def _objects(place: Place) -> Iterator[Flip]:
    services, claims = at(place.namespace, "services"), at(place.namespace, "persistentvolumeclaims")
    right = named(spec={"ports": [{"port": 80}]})
    twin = post(services, right)

    def service(id_: str, title: str, kind: str, words: str) -> Flip:
        return Flip(
            id=id_, control="TP-C1-04", title=title, who=place.writer, twin=twin,
            flip=post(services, changed(right, "spec", "type", to=kind)), by=QUOTA, words=words,
        )  # fmt: skip

    yield service("node-port", "a port of every node", "NodePort", "services.nodeports")
    if place.plan.quota.load_balancers == 0:
        yield service(
            "load-balancer", "a load balancer that its tier has not", "LoadBalancer", "services.loadbalancers"
        )
    volume = named(
        spec={
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            **({"storageClassName": f"tenantplane-{place.plan.tier.id}"} if place.site.cluster.storage else {}),
        }
    )
    beyond = format_bytes(2 * place.plan.limit_range.max_volume_bytes)
    yield Flip(
        id="quota-storage", control="TP-C1-02", title="a volume larger than all its storage", who=place.writer,
        twin=post(claims, volume), flip=post(claims, changed(volume, "spec", "resources", "requests", "storage",
        to=beyond)), by=LIMITS, words="maximum storage usage per PersistentVolumeClaim",
    )  # fmt: skip


def _own_limits(place: Place) -> Iterator[Flip]:
    edits = {
        "resourcequotas": (QUOTA_NAME, {"spec": {"hard": {"pods": "100000"}}}),
        "limitranges": (LIMITS_NAME, {"spec": {"limits": []}}),
    }
    for resource, (name, edit) in edits.items():
        one = at(place.namespace, f"{resource}/{name}")
        tries = {
            "patch": patch(one, edit),
            "delete": delete(one),
            "create": post(at(place.namespace, resource), named()),
        }
        for verb, request in tries.items():
            yield Flip(
                id=f"{resource}-{verb}", control="TP-B5-04", title=f"its {resource}, by {verb}", who="admin",
                twin=get(one), flip=request, by=RBAC, words=f'cannot {verb} resource "{resource}"',
            )  # fmt: skip
    status = at(place.namespace, f"resourcequotas/{QUOTA_NAME}/status")
    yield Flip(
        id="quota-status", control="TP-B5-04", title="a quota that says nothing is used", who="admin",
        twin=get(at(place.namespace, f"resourcequotas/{QUOTA_NAME}")), flip=patch(status, {"status": {"used": {"pods":
        "0"}}}), by=RBAC, words='cannot patch resource "resourcequotas/status"',
    )  # fmt: skip
