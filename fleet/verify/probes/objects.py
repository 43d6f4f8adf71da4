"""Objects that are no pods: metadata that reaches further than the namespace, services, volumes, policies."""

from collections.abc import Iterator
from typing import Any

from components.network.tenant_network import ALLOW_NAME, DENY_NAME
from components.security.object_admission import CLAIM_POLICY, OBJECT_POLICY, SCALER_POLICY
from components.security.tenant_admission import SERVICE_POLICY
from controls.admission.objects import ROOT_CA
from fleet.verify.place import Manifest, Place, changed, named
from fleet.verify.probe import Flip
from fleet.verify.probes.access import PLATFORM, TENANT_FILE, cannot
from fleet.verify.refuser import RBAC, Refuser, policy
from fleet.verify.request import MONITORING, NETWORK, Request, Who, at, delete, get, patch, post

OBJECTS, SERVICES, CLAIMS = policy(OBJECT_POLICY), policy(SERVICE_POLICY), policy(CLAIM_POLICY)


def metadata(place: Place) -> Iterator[Flip]:
    """Metadata by which an object would pass for somebody else's, or outlive its namespace (A7, B1, B5, C4)."""
    maps, secrets = at(place.namespace, "configmaps"), at(place.namespace, "secrets")
    right: Manifest = named(data={"a": "b"})
    twin = post(maps, right)
    owner = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "name": place.namespace,
        "uid": "00000000-0000-0000-0000-000000000000",
    }

    def flip(id_: str, control: str, title: str, to: Any, by: Refuser, words: str, like: Request = twin) -> Flip:  # noqa: PLR0917 - the columns of a table
        body = changed(right, "metadata", to[0], to=to[1])
        return Flip(
            id=id_, control=control, title=title, who="developer", twin=like, flip=post(maps, body), by=by, words=words
        )

    yield from (
        flip("label-of-another", "TP-B1-01", "an object with another tenant's label", ("labels", {"tenant":
             place.stranger_id}), OBJECTS, "label of another tenant"),
        flip("finalizer", "TP-A7-03", "an object that can never be deleted, nor its namespace", ("finalizers",
             ["example.dev/never"]), OBJECTS, "leave out metadata.finalizers"),
        flip("owner-held-up", "TP-A7-03", "an owner whose deletion waits for the tenant", ("ownerReferences", [{**owner,
             "blockOwnerDeletion": True}]), OBJECTS, "leave out blockOwnerDeletion",
             post(maps, changed(right, "metadata", "ownerReferences", to=[owner]))),
        flip("forged-manager", "TP-A7-04", "an object that passes for the platform's", ("labels", {
             "app.kubernetes.io/managed-by": "pulumi"}), PLATFORM, TENANT_FILE),
        Flip(id="root-ca", control="TP-A7-04", title="another authority for its pods to believe in", who="developer",
             twin=twin, flip=patch(f"{maps}/{ROOT_CA}", {"data": {"ca.crt": "mine"}}), by=PLATFORM, words=TENANT_FILE),
        Flip(id="token-secret", control="TP-B5-06", title="a token that never expires, as a secret", who="admin",
             twin=post(secrets, named(type="Opaque")), flip=post(secrets, named(type=
             "kubernetes.io/service-account-token", metadata={"annotations": {"kubernetes.io/service-account.name":
             "workload"}})), by=OBJECTS, words="accounts have no tokens"),
    )  # fmt: skip


def services(place: Place) -> Iterator[Flip]:
    """Services, routes and endpoints that lead out of the namespace, and volumes that are somebody's (B2, E1, F4)."""
    path, claims = at(place.namespace, "services"), at(place.namespace, "persistentvolumeclaims")
    right = named(spec={"ports": [{"port": 80}]})
    storage = {"storageClassName": f"tenantplane-{place.plan.tier.id}"} if place.site.cluster.storage else {}
    volume = named(spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, **storage})

    def flip(id_: str, control: str, title: str, field: str, value: Any, by: Refuser, words: str) -> Flip:  # noqa: PLR0917 - the columns of a table
        where, body = (claims, volume) if by is CLAIMS else (path, right)
        return Flip(
            id=id_, control=control, title=title, who=place.writer, twin=post(where, body),
            flip=post(where, changed(body, "spec", field, to=value)), by=by, words=words,
        )  # fmt: skip

    yield from (
        flip("external-ip", "TP-E2-04", "somebody else's address, on every node", "externalIPs", ["198.51.100.7"],
             SERVICES,
             "may not claim external addresses"),
        flip("balancer-ip", "TP-E2-04", "an address of the load balancers of its choice", "loadBalancerIP",
             "198.51.100.7",
             SERVICES, "an address of the load balancers"),
        flip("volume-by-name", "TP-F4-02", "a volume that is there already, by its name", "volumeName", "pv-of-another",
             CLAIMS, "leave out volumeName"),
        flip("volume-by-label", "TP-F4-02", "a volume that is there already, by its labels", "selector",
             {"matchLabels": {"tenant": place.stranger_id}}, CLAIMS, "leave out selector"),
    )  # fmt: skip
    name = {"ports": [{"port": 80}], "type": "ExternalName", "externalName": f"a.{place.stranger}.svc.cluster.local"}
    yield Flip(
        id="external-name", control="TP-E2-04", title="the gateway to another tenant's service", who=place.writer,
        twin=post(path, right), flip=post(path, named(spec=name)), by=SERVICES, words="ExternalName is not for tenants",
    )  # fmt: skip
    if storage:
        yield flip("volume-of-a-tier", "TP-F4-02", "a volume of a class that nobody has reviewed", "storageClassName",
             "gp2",
                   CLAIMS, "names the class of its tier")  # fmt: skip
    read = get(at(place.namespace, "pods?limit=1"))
    for id_, title, resource, api in (
        ("endpoints", "a Service that leads into another namespace", "endpoints", "/api/v1"),
        ("endpoint-slice", "the same by an EndpointSlice", "endpointslices", "/apis/discovery.k8s.io/v1"),
        ("ingress", "another tenant's host, by an Ingress", "ingresses", NETWORK),
    ):
        yield Flip(
            id=id_, control="TP-E2-04", title=title, who="admin", twin=read,
            flip=post(at(place.namespace, resource, api), named()), by=RBAC, words=cannot("create", resource),
        )  # fmt: skip


def policies(place: Place) -> Iterator[Flip]:
    """The network's rules, which the tenant may add to and not take from (E1)."""
    path = at(place.namespace, "networkpolicies", NETWORK)
    spec = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]}
    twin = post(path, named(spec=spec)) if place.site.cluster.has_guard_rails else get(f"{path}/{DENY_NAME}")

    def flip(id_: str, title: str, request: Request, by: Refuser = PLATFORM, words: str = TENANT_FILE,  # noqa: PLR0917 - the columns of a table
             like: Request = twin, who: Who = "admin") -> Flip:  # fmt: skip
        return Flip(id=id_, control="TP-E1-01", title=title, who=who, twin=like, flip=request, by=by, words=words)

    if place.site.cluster.has_guard_rails:
        yield from (
            flip("deny-deleted", "the deletion of the default deny", delete(f"{path}/{DENY_NAME}")),
            flip("deny-edited", "a default deny that chooses nobody", patch(f"{path}/{DENY_NAME}",
                 {"spec": {"podSelector":
                 {"matchLabels": {"no": "body"}}}})),
            flip("deny-relabelled", "a default deny that is the platform's no more", patch(f"{path}/{DENY_NAME}", {
                 "metadata": {"labels": {"app.kubernetes.io/managed-by": None}}})),
            flip("traffic-deleted", "the deletion of what its workloads may reach", delete(f"{path}/{ALLOW_NAME}")),
            flip("policy-forged", "a policy that passes for the platform's", post(path, named(spec=spec, metadata={
                 "labels": {"app.kubernetes.io/managed-by": "pulumi"}}))),
        )  # fmt: skip
    if place.has("developer"):
        yield flip("policy-by-developer", "a policy by a developer", post(path, named(spec=spec)), RBAC,
                   cannot("create", "networkpolicies"), get(f"{path}/{DENY_NAME}"), "developer")  # fmt: skip


def scaling(place: Place) -> Iterator[Flip]:
    """What the platform's autoscalers and monitors are told (C5, C9, G1)."""
    path = at(place.namespace, "horizontalpodautoscalers", "/apis/autoscaling/v2")

    def scaler(kind: str, api: str) -> Manifest:
        target = {"apiVersion": api, "kind": kind, "name": "any"}
        return named(spec={"scaleTargetRef": target, "minReplicas": 1, "maxReplicas": 3})

    if place.site.cluster.has_sandboxes:
        yield Flip(
            id="scale-pool", control="TP-C5-03", title="a larger warm pool, by an autoscaler", who="developer",
            twin=post(path, scaler("Deployment", "apps/v1")),
            flip=post(path, scaler("SandboxWarmPool", "extensions.agents.x-k8s.io/v1beta1")),
            by=policy(SCALER_POLICY), words="for a Deployment or a StatefulSet",
        )  # fmt: skip
    if place.site.cluster.has_monitoring:
        read = get(at(place.namespace, "pods?limit=1"))
        for kind in ("prometheusrules", "podmonitors", "servicemonitors"):
            yield Flip(
                id=f"monitor-{kind}", control="TP-G1-02", title=f"{kind} of its own", who="admin", twin=read,
                flip=post(at(place.namespace, kind, MONITORING), named()), by=RBAC, words=cannot("create", kind),
            )  # fmt: skip
