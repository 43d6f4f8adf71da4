"""Objects that are no pods: metadata that reaches further than the namespace, services, volumes, autoscalers."""

from typing import Any

from settings import names
from tests.cluster.attacks.attack import (
    CORE,
    HOME,
    NEXT_DOOR,
    PLATFORM,
    RBAC,
    TENANT_FILE,
    Attack,
    Control,
    Request,
    Who,
    at,
    delete,
    get,
    named,
    patch,
    policy,
    post,
)
from tests.cluster.attacks.quota import claim, service

OBJECTS = policy("tenantplane-tenant-objects")
SERVICES = policy("tenantplane-tenant-services")
CLAIMS = policy("tenantplane-volume-claims")
SCALERS = policy("tenantplane-autoscalers")

MAPS, SECRETS, SERVICE_PATH = at(HOME, "configmaps"), at(HOME, "secrets"), at(HOME, "services")
VOLUMES = at(HOME, "persistentvolumeclaims")
HPAS = at(HOME, "horizontalpodautoscalers", "/apis/autoscaling/v2")


def _row(  # noqa: PLR0917 - the columns of a table
    id_: str,
    title: str,
    twin: Request,
    flip: Request,
    control: Control,
    words: str,
    *sources: str,
    who: Who = "developers",
    twin_by: Who | None = None,
) -> Attack:
    return Attack(
        id=id_,
        title=title,
        sources=sources,
        who=who,
        twin=twin,
        twin_by=twin_by,
        flip=flip,
        control=control,
        words=words,
    )


def with_metadata(**metadata: Any) -> dict[str, Any]:
    return named(data={"a": "b"}, metadata=metadata)


def owner(kind: str, name: str, **more: Any) -> dict[str, Any]:
    ref = {"apiVersion": "v1", "kind": kind, "name": name, "uid": "00000000-0000-0000-0000-000000000000", **more}
    return with_metadata(ownerReferences=[ref])


def autoscaler(kind: str, name: str, api: str = "apps/v1") -> dict[str, Any]:
    target = {"apiVersion": api, "kind": kind, "name": name}
    return named(spec={"scaleTargetRef": target, "minReplicas": 1, "maxReplicas": 3})


def labelled(key: str, value: str | None) -> Request:
    """A label of a sandbox changed, or taken away."""
    return patch(f"{at(HOME, 'pods')}/{{sandbox}}", {"metadata": {"labels": {key: value}}})


MAP = post(MAPS, with_metadata())
METADATA_ROWS = (
    _row("label-of-another", "an object with another tenant's label", post(MAPS, with_metadata(labels={"tenant":
         "pelican-games"})), post(MAPS, with_metadata(labels={"tenant": "acme-robotics"})), OBJECTS,
         "label of another tenant", "B1", "G1"),
    _row("service-label", "a Service with another tenant's label", post(SERVICE_PATH, service()),
         post(SERVICE_PATH, named(spec=service()["spec"], metadata={"labels": {"tenant": "acme-robotics"}})), OBJECTS,
         "label of another tenant", "B1", "G1"),
    *(_row(f"sandbox-{id_}", f"a sandbox that sheds {title}", labelled("note", "mine"), labelled(key, value), OBJECTS,
           "a sandbox stays one", "C5", "E2")
      for id_, title, key, value in (
          ("unmarked", "the label its network goes by", names.SANDBOX_LABEL, None),
          ("unguarded", "the label its guard-rails go by", names.COMPONENT_LABEL, "service"))),
    _row("finalizer", "an object that can never be deleted, nor its namespace", MAP,
         post(MAPS, with_metadata(finalizers=["example.dev/never"])), OBJECTS, "leave out metadata.finalizers", "A7"),
    _row("finalizer-patched", "the same, of one that is there", patch(f"{at(HOME, 'pods')}/{{pod}}", {"metadata": {
         "labels": {"note": "mine"}}}), patch(f"{at(HOME, 'pods')}/{{pod}}", {"metadata": {"finalizers":
         ["example.dev/never"]}}), OBJECTS, "leave out metadata.finalizers", "A7"),
    _row("owner-held-up", "an owner of the whole cluster, whose deletion waits for the tenant",
         post(MAPS, owner("Namespace", HOME)), post(MAPS, owner("Namespace", HOME, blockOwnerDeletion=True)), OBJECTS,
         "leave out blockOwnerDeletion", "A7"),
    _row("owner-foreign", "an owner in another tenant's queue, held up", post(MAPS, owner("ConfigMap", "any")),
         post(MAPS, owner("ClusterQueue", "tenant-acme-robotics", blockOwnerDeletion=True)), OBJECTS,
         "leave out blockOwnerDeletion", "A7", "D1"),
    _row("token-secret", "a token that never expires, as a secret", post(SECRETS, named(type="Opaque")),
         post(SECRETS, named(type="kubernetes.io/service-account-token", metadata={"annotations": {
         "kubernetes.io/service-account.name": "workload"}})), OBJECTS, "accounts have no tokens", "C4", "CIS 5.1.6",
         who="admins"),
    _row("root-ca", "another authority for its pods to believe in", MAP, patch(f"{MAPS}/kube-root-ca.crt", {"data": {
         "ca.crt": "mine"}}), PLATFORM, TENANT_FILE, "C4"),
    _row("root-ca-deleted", "no authority to believe in", MAP, delete(f"{MAPS}/kube-root-ca.crt"), PLATFORM,
         TENANT_FILE, "C4"),
    _row("forged-manager", "an object that passes for the platform's", MAP, post(MAPS, with_metadata(labels={
         "app.kubernetes.io/managed-by": "pulumi"})), PLATFORM, TENANT_FILE, "B5"),
)  # fmt: skip

SERVICE_ROWS = (
    _row("external-ip", "somebody else's address, on every node", post(SERVICE_PATH, service()),
         post(SERVICE_PATH, service(externalIPs=["198.51.100.7"])), SERVICES, "may not claim external addresses", "E1",
         "CVE-2020-8554"),
    _row("balancer-ip", "an address of the load balancers of its choice", post(SERVICE_PATH, service()),
         post(SERVICE_PATH, service(loadBalancerIP="198.51.100.7")), SERVICES, "an address of the load balancers",
         "E1"),
    _row("external-name", "the gateway to another tenant's service", post(SERVICE_PATH, service()),
         post(SERVICE_PATH, service(type="ExternalName", externalName=f"agent-sessions.{NEXT_DOOR}.svc.cluster.local")),
         SERVICES, "ExternalName is not for tenants", "B2", "E1"),
    _row("external-name-routed", "the route it has to the API server", patch(f"{SERVICE_PATH}/agent-sessions", {
         "metadata": {"annotations": {"note": "mine"}}}), patch(f"{SERVICE_PATH}/agent-sessions", {"spec": {"type":
         "ExternalName", "externalName": "kubernetes.default.svc", "clusterIP": None, "clusterIPs": None}}), SERVICES,
         "ExternalName is not for tenants", "B2", "E1"),
    _row("service-status", "an address by the status of a Service", post(SERVICE_PATH, service()),
         patch(f"{SERVICE_PATH}/agent-sessions/status", {"status": {"loadBalancer": {"ingress": [{"ip":
         "198.51.100.7"}]}}}), RBAC, 'cannot patch resource "services/status"', "E1", "CVE-2020-8554"),
    _row("endpoints", "a Service that leads into another namespace, by Endpoints", get(at(HOME, "endpoints")),
         post(at(HOME, "endpoints"), named(subsets=[{"addresses": [{"ip": "10.128.0.9"}]}])), RBAC,
         'cannot create resource "endpoints"', "E1", "CVE-2021-25740", who="admins"),
    _row("endpoint-slice", "the same by an EndpointSlice", get(at(HOME, "endpointslices", "/apis/discovery.k8s.io/v1")),
         post(at(HOME, "endpointslices", "/apis/discovery.k8s.io/v1"), named(addressType="IPv4", endpoints=[])), RBAC,
         'cannot create resource "endpointslices"', "E1", "CVE-2021-25740", who="admins"),
)  # fmt: skip

VOLUME_ROWS = (
    _row("pv", "a directory of the node as a volume of the cluster", get(VOLUMES), post(f"{CORE}/persistentvolumes",
         named(spec={"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/"}})),
         RBAC, 'cannot create resource "persistentvolumes"', "F4", "MTB-PL1-BC-HI-1 (host path)", who="admins"),
    _row("pv-policy", "a volume that keeps its data for whoever comes next", get(VOLUMES),
         patch(f"{CORE}/persistentvolumes/any", {"spec": {"persistentVolumeReclaimPolicy": "Retain"}}), RBAC,
         'cannot patch resource "persistentvolumes"', "F4", "MTB #1199 (reclaim policy)", who="admins"),
    _row("storage-class", "a class of storage of its own", get(VOLUMES),
         post("/apis/storage.k8s.io/v1/storageclasses", named(provisioner="example.dev/x", reclaimPolicy="Retain")),
         RBAC, 'cannot create resource "storageclasses"', "F4", "MTB #1199 (reclaim policy)", who="admins"),
    _row("volume-by-name", "a volume that is there already, by its name", post(VOLUMES, claim()),
         post(VOLUMES, claim(volumeName="pv-of-another-tenant")), CLAIMS, "leave out volumeName", "F4",
         "MTB #1200 (existing volumes)"),
    _row("volume-by-label", "a volume that is there already, by its labels", post(VOLUMES, claim()),
         post(VOLUMES, claim(selector={"matchLabels": {"tenant": "acme-robotics"}})), CLAIMS, "leave out selector",
         "F4", "MTB #1200 (existing volumes)"),
    _row("rules-of-its-own", "rules in the platform's Prometheus", get(VOLUMES), post(at(HOME, "prometheusrules",
         "/apis/monitoring.coreos.com/v1"), named(apiVersion="monitoring.coreos.com/v1",
         kind="PrometheusRule", spec={})),
         RBAC, 'cannot create resource "prometheusrules"', "G1", who="admins"),
    _row("scraped-elsewhere", "a monitor that scrapes pods of its choice", get(VOLUMES), post(at(HOME, "podmonitors",
         "/apis/monitoring.coreos.com/v1"), named(apiVersion="monitoring.coreos.com/v1", kind="PodMonitor",
         spec={"selector": {}, "namespaceSelector": {"any": True}, "podMetricsEndpoints": []})), RBAC,
         'cannot create resource "podmonitors"', "G1", who="admins"),
    _row("dashboard-changed", "what the platform's dashboards show", get(VOLUMES), get(at("tenantplane-system",
         "configmaps") + "/dashboard-platform"), RBAC, 'cannot get resource "configmaps"', "G4", who="admins"),
    _row("volume-of-a-tier", "a volume as a larger tier's are", post(VOLUMES, claim()), post(VOLUMES,
         claim("enterprise")), CLAIMS, "names the class of its tier", "F4", "F5"),
    _row("volume-of-any-class", "a volume of a class that nobody has reviewed", post(VOLUMES, claim()), post(VOLUMES,
         claim(storageClassName="gp2")), CLAIMS, "names the class of its tier", "F4", "F5"),
    _row("volume-copied", "a copy of a volume, to keep it beyond its quota", post(VOLUMES, claim()),
         post(at(HOME, "volumesnapshots", "/apis/snapshot.storage.k8s.io/v1"), named(apiVersion=
         "snapshot.storage.k8s.io/v1", kind="VolumeSnapshot", spec={"source": {"persistentVolumeClaimName": "x"}})),
         RBAC, 'cannot create resource "volumesnapshots"', "F4", who="admins"),
    _row("volume-without-class", "any volume that is there and has no class", post(VOLUMES, claim()),
         post(VOLUMES, claim(storageClassName="")), CLAIMS, "asks for one that is there", "F4",
         "MTB #1200 (existing volumes)"),
)  # fmt: skip

SCALER_ROWS = (
    _row("scale-pool", "a larger warm pool, by an autoscaler", post(HPAS, autoscaler("Deployment", "mine")),
         post(HPAS, autoscaler("SandboxWarmPool", "sandboxes", "extensions.agents.x-k8s.io/v1beta1")), SCALERS,
         "for a Deployment or a StatefulSet", "C5", "C9"),
    _row("pool-unscaled", "a warm pool that nothing scales", get(f"{HPAS}/sandboxes.pool"),
         delete(f"{HPAS}/sandboxes.pool"), PLATFORM, TENANT_FILE, "C5", "C9"),
    _row("scale-service", "more replicas than its quota admits, by the platform's autoscaler",
         get(f"{HPAS}/agent-sessions"), patch(f"{HPAS}/agent-sessions", {"spec": {"maxReplicas": 1_000_000}}), PLATFORM,
         TENANT_FILE, "C9"),
    _row("scale-directly", "a larger warm pool, by its scale", get(at(HOME, "sandboxwarmpools",
         "/apis/extensions.agents.x-k8s.io/v1beta1")), patch(at(HOME, "sandboxwarmpools/sandboxes/scale",
         "/apis/extensions.agents.x-k8s.io/v1beta1"), {"spec": {"replicas": 500}}), RBAC,
         'cannot patch resource "sandboxwarmpools/scale"', "C5", who="admins"),
    _row("budget-deleted", "no budget for disruptions, as the platform set it",
         get(at(HOME, "poddisruptionbudgets/agent-sessions", "/apis/policy/v1")),
         delete(at(HOME, "poddisruptionbudgets/agent-sessions", "/apis/policy/v1")), PLATFORM, TENANT_FILE, "C9"),
)  # fmt: skip

ROWS = (*METADATA_ROWS, *SERVICE_ROWS, *VOLUME_ROWS, *SCALER_ROWS)
