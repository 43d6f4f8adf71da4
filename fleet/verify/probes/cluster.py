"""What belongs to the whole cluster: nobody of a tenant reads it, makes it or changes it (B5, C2, C8, E2, I1)."""

from collections.abc import Iterator
from typing import Any

from components.network.calico import TIER
from components.network.tenant_guard_rail import policy_name
from components.security.runtime_admission import PARAMETERS, RUNTIME_POLICY
from fleet.verify.place import NOBODY, Place, named
from fleet.verify.probe import Flip
from fleet.verify.probes.access import cannot
from fleet.verify.refuser import RBAC
from fleet.verify.request import ADMISSION, CALICO, CORE, RBAC_API, Request, at, delete, get, patch, post

MADE = {
    f"{CORE}/namespaces": "TP-B5-09",
    f"{CORE}/nodes": "TP-B5-09",
    f"{CORE}/persistentvolumes": "TP-F4-04",
    "/apis/scheduling.k8s.io/v1/priorityclasses": "TP-C8-01",
    "/apis/node.k8s.io/v1/runtimeclasses": "TP-C3-01",
    "/apis/storage.k8s.io/v1/storageclasses": "TP-F4-02",
    f"{ADMISSION}/validatingadmissionpolicies": "TP-I1-01",
    f"{ADMISSION}/mutatingwebhookconfigurations": "TP-I1-01",
    f"{ADMISSION}/validatingwebhookconfigurations": "TP-I1-01",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions": "TP-B5-09",
    "/apis/apiregistration.k8s.io/v1/apiservices": "TP-B5-09",
}
"""Kinds of the whole cluster that a tenant would gain by making one, and the control of each."""


def cluster(place: Place) -> Iterator[Flip]:
    """What is the cluster's own."""
    mine = get(at(place.namespace, "pods?limit=1"))

    def flip(id_: str, control: str, title: str, request: Request, words: str, twin: Request = mine) -> Flip:  # noqa: PLR0917 - the columns of a table
        return Flip(id=id_, control=control, title=title, who="admin", twin=twin, flip=request, by=RBAC, words=words)

    for path, control in MADE.items():
        kind = path.rsplit("/", 1)[1]
        yield flip(f"create-{kind}", control, f"one of the {kind}", post(path, named()), cannot("create", kind))
    for kind in ("nodes", "persistentvolumes", "namespaces"):
        yield flip(
            f"list-{kind}", "TP-B5-09", f"the list of {kind}", get(f"{CORE}/{kind}?limit=1"), cannot("list", kind)
        )
    name = f"{CORE}/namespaces/{place.namespace}"
    own, locked = get(name), cannot("patch", "namespaces")

    def metadata(**fields: Any) -> Request:
        return patch(name, {"metadata": fields})

    yield from (
        flip("lower-security", "TP-C1-03", "a lower level of Pod Security", metadata(labels={
             "pod-security.kubernetes.io/enforce": "privileged"}), locked, own),
        flip("other-identity", "TP-B1-01", "another tenant's label on its namespace", metadata(labels={"tenant":
             place.stranger_id}), locked, own),
        flip("more-workloads", "TP-C3-02", "a kind of workload that nobody reviewed", metadata(annotations={
             "tenantplane.dev/workloads": "training"}), locked, own),
        flip("more-groups", "TP-B5-02", "other people among its groups", metadata(annotations={
             "tenantplane.dev/groups": "anybody"}), locked, own),
        flip("namespace-gone", "TP-A7-01", "the end of its namespace, data and all", delete(name),
             cannot("delete", "namespaces"), own),
        flip("node-proxy", "TP-B5-09", "a kubelet, past every rule", get(f"{CORE}/nodes/{NOBODY}/proxy/pods"),
             cannot("get", "nodes/proxy")),
        flip("metrics", "TP-B5-09", "what the API server counts of everybody", get("/metrics"),
             'cannot get path "/metrics"', get("/version")),
        flip("policy-gone", "TP-I1-01", "no rules for pods", delete(
             f"{ADMISSION}/validatingadmissionpolicybindings/{RUNTIME_POLICY}"),
             cannot("delete", "validatingadmissionpolicybindings")),
        flip("runtime-parameters", "TP-C3-01", "the runtimes that the rules go by", patch(at(
             place.site.cluster.system_namespace, f"configmaps/{PARAMETERS}"), {"data": {"unstated": "runc"}}),
             cannot("patch", "configmaps")),
        flip("role-of-tenants", "TP-B5-03", "the role that every tenant's people have", patch(
             f"{RBAC_API}/clusterroles/tenantplane:tenant-viewer", {"rules": []}), cannot("patch", "clusterroles")),
    )  # fmt: skip
    if place.site.cluster.has_guard_rails:
        rail = f"{CALICO}/globalnetworkpolicies/{TIER}.{policy_name(place.tenant)}"
        yield from (
            flip("guard-rail-order", "TP-E2-02", "guard-rails that come last", patch(f"{CALICO}/tiers/{TIER}",
                 {"spec": {
                 "order": 10_000}}), cannot("patch", "tiers")),
            flip("guard-rail-gone", "TP-E2-01", "no guard-rail of its own", delete(rail),
                 cannot("delete", "globalnetworkpolicies")),
        )  # fmt: skip
