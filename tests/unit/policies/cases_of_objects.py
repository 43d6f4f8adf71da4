"""Cases of the rules about pods and tenants' objects."""

import json
from typing import Any

from tests.unit.policies.case import FINE, Case, Path
from tests.unit.policies.objects_of_tenants import (
    CRONJOB,
    DEPLOYMENT,
    LIMITS,
    NAMESPACE,
    QUOTA,
    ROUTE,
    RUNTIME,
    SANDBOXES,
    SERVICE,
)

NS, QUOTAS, RANGE = (f"kubernetes:core/v1:{kind}" for kind in ("Namespace", "ResourceQuota", "LimitRange"))
DEPLOY, CRON = "kubernetes:apps/v1:Deployment", "kubernetes:batch/v1:CronJob"
SANDBOX = "kubernetes:extensions.agents.x-k8s.io/v1beta1:SandboxTemplate"
HTTP_ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
CLASS = "kubernetes:node.k8s.io/v1:RuntimeClass"
SERVICES = "kubernetes:core/v1:Service"
POD: Path = ("spec", "template", "spec")
APP: Path = (*POD, "containers", 0)
SAFE: Path = (*APP, "securityContext")
CRON_POD: Path = ("spec", "jobTemplate", "spec", "template", "spec")
FIRST: Path = (*CRON_POD, "initContainers", 0)
BOX: Path = ("spec", "podTemplate", "spec")
TENANT = ("metadata", "labels", "tenant")


def pod(control: str, path: Path, bad: object, said: str, missing: str, **more: Any) -> Case:
    return Case(control=control, token=DEPLOY, good=DEPLOYMENT, path=path, bad=bad, said=said, missing=missing, **more)


OF_BANK = json.loads(json.dumps(DEPLOYMENT).replace("acme", "bank"))
OF_BANK["spec"]["template"]["spec"]["nodeSelector"] = {"node-restriction.kubernetes.io/tenant": "bank"}
_TERM = {"topologyKey": "host", "labelSelector": {}}
_BARE = frozenset({"TP-C4-02", "TP-C4-03", "TP-C4-05"})
_GPU = [{"key": "nvidia.com/gpu", "operator": "Exists"}]

PODS = (
    pod("TP-A4-01", (*APP, "resources", "requests", "cpu"), None, "'app' states no requests.cpu", "no requests.cpu"),
    pod("TP-A4-01", (*APP, "resources", "limits", "memory"), None, "'app' states no limits.memory", "no limits.memory"),
    pod("TP-A4-02", (*APP, "resources", "limits", "cpu"), "100m", "requests cpu 200m and is limited to 100m", FINE),
    pod("TP-A4-02", (*APP, "resources", "limits", "memory"), "lots", "memory of container 'app': 'lots' is not", FINE),
    pod("TP-A7-03", (*POD, "terminationGracePeriodSeconds"), 601, "may take 601 s to end, and 600", FINE),
    pod("TP-A7-03", ("metadata", "finalizers"), ["mine/forever"], "'mine/forever' holds up its deletion", FINE),
    pod(
        "TP-A7-03",
        ("metadata", "ownerReferences"),
        [{"kind": "Pod", "name": "x", "blockOwnerDeletion": True}],
        "it holds up the deletion of Pod 'x'",
        FINE,
    ),
    pod("TP-B1-01", TENANT, "other", "label `tenant` is 'other', not 'acme'", "is None, not 'acme'"),
    pod(
        "TP-B1-02",
        ("metadata", "labels", "app.kubernetes.io/managed-by"),
        "hand",
        "'app.kubernetes.io/managed-by' is 'hand', not 'pulumi'",
        "is None, not 'pulumi'",
    ),
    pod("TP-B1-04", (*POD[:-1], *TENANT), "other", "of its pods is 'other', not 'acme'", "is None, not 'acme'"),
    pod("TP-C1-05", ("metadata", "namespace"), "default", "it is in namespace 'default'", FINE),
    pod("TP-C3-01", (*POD, "runtimeClassName"), "", "names no runtimeClassName", "names no runtimeClassName"),
    pod(
        "TP-C3-01",
        (*POD[:-1], "metadata", "labels", "tenantplane.dev/workload"),
        "agent-sessions",
        "of kind agent-sessions and has runtimeClassName 'runc'",
        "of kind agent-sessions",
    ),
    pod("TP-C4-01", (*SAFE, "privileged"), True, "'app' is privileged", FINE),
    pod("TP-C4-01", (*SAFE, "allowPrivilegeEscalation"), True, "'app' may escalate", "'app' may escalate"),
    pod("TP-C4-02", (*SAFE, "capabilities", "drop"), ["NET_RAW"], "does not drop ALL", "does not drop ALL"),
    pod("TP-C4-02", (*SAFE, "capabilities", "add"), ["SYS_ADMIN"], "adds capability SYS_ADMIN", FINE),
    pod("TP-C4-02", (*SAFE, "capabilities", "add"), ["SETUID"], "SETUID, which its workload does not state", FINE),
    pod("TP-C4-02", (*SAFE, "capabilities", "add"), ["CHOWN"], "CHOWN, which its runtime does not allow", FINE),
    pod("TP-C4-03", (*SAFE, "runAsNonRoot"), False, "'app' may run as root", "'app' may run as root"),
    pod("TP-C4-03", (*SAFE, "runAsUser"), 0, "'app' may run as root", FINE),
    pod(
        "TP-C4-04",
        (*POD, "securityContext", "seccompProfile", "type"),
        "Vendor",
        "has seccomp profile 'Vendor'",
        "has seccomp profile None",
    ),
    pod("TP-C4-05", (*SAFE, "readOnlyRootFilesystem"), False, "can write its root", "can write its root"),
    pod("TP-C4-06", (*POD, "hostNetwork"), True, "the pod has hostNetwork", FINE),
    pod("TP-C4-06", (*POD, "hostPID"), True, "the pod has hostPID", FINE),
    pod("TP-C4-06", (*POD, "hostIPC"), True, "the pod has hostIPC", FINE),
    pod(
        "TP-C4-07",
        (*POD, "volumes"),
        [{"name": "node", "hostPath": {"path": "/"}}],
        "volume 'node' is of kind hostPath",
        FINE,
    ),
    pod("TP-C4-08", (*APP, "ports", 0, "hostPort"), 80, "takes port 80 of its node", FINE),
    pod(
        "TP-C4-09",
        (*POD, "automountServiceAccountToken"),
        True,
        "mounts the token of account 'default'",
        "mounts the token",
    ),
    pod(
        "TP-C4-10",
        (*POD[:-1], "metadata", "annotations"),
        {"io.katacontainers.config.hypervisor.machine_type": "q35"},
        "the pod has annotation 'io.katacontainers",
        FINE,
    ),
    pod("TP-C4-11", (*POD, "securityContext", "sysctls"), [{"name": "kernel.msgmax"}], "sets sysctl 'kernel.msgmax'",
        FINE),
    pod("TP-C4-11", (*SAFE, "procMount"), "Unmasked", "has procMount 'Unmasked'", FINE),
    pod("TP-C4-11", (*SAFE, "appArmorProfile"), {"type": "Unconfined"}, "has appArmorProfile Unconfined", FINE),
    pod("TP-C4-12", (*POD, "volumes", 0, "emptyDir", "sizeLimit"), "", "'tmp' has no sizeLimit", "has no sizeLimit"),
    pod("TP-C6-01", (*POD, "tolerations"), [{"operator": "Exists"}], "the pod tolerates every taint", FINE),
    pod(
        "TP-C6-01",
        (*POD, "tolerations"),
        [{"key": "tenantplane.dev/tenant", "value": "bolt"}],
        "tolerates the nodes of another tenant",
        FINE,
    ),
    pod("TP-C6-01", (*POD, "tolerations", 0, "value"), "system", "tolerates the system nodes", "the system nodes"),
    pod("TP-C6-02", (*POD, "nodeName"), "node-1", "the pod names node 'node-1'", FINE),
    pod("TP-C6-03", (*POD, "tolerations"), _GPU, "tolerates GPU nodes and asks for no GPU", FINE),
    pod("TP-C8-01", (*POD, "priorityClassName"), "critical", "priority class 'critical', which its tier may not", FINE),
    pod(
        "TP-C8-02",
        (*POD, "affinity"),
        {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{**_TERM, "namespaceSelector": {}}]}},
        "podAntiAffinity reaches beyond the tenant's namespaces",
        FINE,
    ),
    pod("TP-C9-04", (*APP, "readinessProbe"), None, "'app' has ports and no readinessProbe", "no readinessProbe"),
    pod("TP-F4-03", (*POD, "volumes"), [{"name": "x", "csi": {"driver": "d"}}], "'x' is an inline csi volume", FINE),
    pod("TP-G7-01", (*APP, "image"), "registry.example/app:latest", "has no digest", "image '' of container 'app'"),
    pod("TP-G7-02", (*APP, "image"), "other.example/app@sha256:" + "a" * 64, "is from none of registry.example",
        "image ''"),
    pod("TP-G7-03", (*APP, "imagePullPolicy"), "IfNotPresent", "has imagePullPolicy 'IfNotPresent'", "Policy None"),
    pod(
        "TP-I5-01",
        (*APP, "env"),
        [{"name": "DATABASE_PASSWORD", "value": "geheim"}],
        "'DATABASE_PASSWORD' of container 'app' has its value written out",
        FINE,
    ),
    pod("TP-C3-01", (*POD, "runtimeClassName"), "gvisor", "'gvisor' is not for workloads of kind homework", "names no"),
    pod("TP-C3-02", (*POD[:-1], "metadata", "labels", "tenantplane.dev/workload"), "unheard-of",
        "tenant 'acme' has no workload of kind 'unheard-of'", FINE, also=frozenset({"TP-C3-01"})),
    pod("TP-C4-08", (*APP, "readinessProbe", "httpGet", "host"), "169.254.169.254",
        "has the node ask '169.254.169.254'",
        FINE),
    pod("TP-C4-11", (*POD, "securityContext", "seLinuxOptions"), {"type": "spc_t"}, "has SELinux options", FINE),
    pod("TP-C6-03", (*APP, "resources", "limits", "nvidia.com/gpu"), "1",
        "asks for a GPU and has runtimeClassName 'runc'",
        FINE, hidden=(*POD, "tolerations")),
    Case(control="TP-A6-01", token=DEPLOY, good=OF_BANK,
         path=(*POD, "nodeSelector", "node-restriction.kubernetes.io/tenant"),
         bad="acme", said="does not choose the nodes of tenant 'bank'"),
    Case(control="TP-G7-01", token=CRON, good=CRONJOB, path=(*FIRST, "image"), bad="registry.example/a",
         said="no digest"),
    Case(control="TP-C4-01", token=CRON, good=CRONJOB, path=(*FIRST, "securityContext"), bad=None, said="may escalate",
         also=_BARE),
    Case(control="TP-C3-01", token=SANDBOX, good=SANDBOXES, path=(*BOX, "runtimeClassName"), bad="", said="names no"),
    Case(
        control="TP-C5-02",
        token=SANDBOX,
        good=SANDBOXES,
        path=("spec", "networkPolicyManagement"),
        bad="Managed",
        said="networkPolicyManagement is 'Managed'",
        missing="is None",
    ),
)  # fmt: skip

_ENFORCE = ("metadata", "labels", "pod-security.kubernetes.io/enforce")

TENANTS = (
    Case(
        control="TP-A7-01",
        token=NS,
        good=NAMESPACE,
        path=(),
        said="the namespace is not protected",
        hidden=("metadata", "name"),
    ),
    Case(
        control="TP-C1-03",
        token=NS,
        good=NAMESPACE,
        path=_ENFORCE,
        bad="baseline",
        said="Pod Security `enforce` is 'baseline'",
        missing="`enforce` is None",
    ),
    Case(
        control="TP-A4-02",
        token=QUOTAS,
        good=QUOTA,
        path=("spec", "hard", "limits.cpu"),
        bad="1",
        said="the quota requests cpu 4 and is limited to 1",
        missing=FINE,
    ),
    Case(
        control="TP-A4-02",
        token=RANGE,
        good=LIMITS,
        path=("spec", "limits", 0, "default", "memory"),
        bad="1Mi",
        said="the default requests memory 512Mi and is limited to 1Mi",
        missing=FINE,
    ),
    Case(
        control="TP-C1-04",
        token=QUOTAS,
        good=QUOTA,
        path=("spec", "hard", "services.nodeports"),
        bad="1",
        said="services.nodeports is '1', not '0'",
        missing="is None, not '0'",
    ),
    Case(
        control="TP-B2-01",
        token=HTTP_ROUTE,
        good=ROUTE,
        path=("spec", "hostnames"),
        bad=["bolt.tenants.example"],
        said="its hosts are ['bolt.tenants.example'], not ['acme.tenants.example']",
        missing="its hosts are []",
    ),
    Case(
        control="TP-B2-01",
        token=HTTP_ROUTE,
        good=ROUTE,
        path=("spec", "rules", 0, "backendRefs", 0, "namespace"),
        bad="tenant-bolt",
        said="it sends to Service tenant-bolt/app",
        missing=FINE,
    ),
    Case(
        control="TP-B2-01",
        token=HTTP_ROUTE,
        good=ROUTE,
        path=("spec", "rules", 0, "filters"),
        bad=[{"type": "RequestMirror"}],
        said="it has filters",
        missing=FINE,
    ),
    Case(
        control="TP-C2-01",
        token=CLASS,
        good=RUNTIME,
        path=("overhead", "podFixed"),
        bad={},
        said="states no overhead",
        missing="states no overhead",
    ),
    Case(
        control="TP-E2-04",
        token=SERVICES,
        good=SERVICE,
        path=("spec", "externalIPs"),
        bad=["203.0.113.7"],
        said="it claims 203.0.113.7",
        missing=FINE,
    ),
    Case(
        control="TP-E2-04",
        token=SERVICES,
        good=SERVICE,
        path=("spec", "type"),
        bad="ExternalName",
        said="it leads elsewhere: its type is ExternalName",
        missing=FINE,
    ),
    Case(
        control="TP-E2-05",
        token=SERVICES,
        good=SERVICE,
        path=("spec", "type"),
        bad="NodePort",
        said="the Service is of type NodePort",
        missing=FINE,
    ),
)
