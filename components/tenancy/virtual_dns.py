"""DNS of a virtual cluster: CoreDNS as it is made there, in a pod that the host admits (A6, C4, G7).

vCluster's own is pulled by tag and not every time, which a tenant's namespace refuses. Names outside the virtual
cluster are not answered: the guard-rails let a tenant's pods ask no name server but the host's, and that one knows the
services of all.
"""

import json
from typing import Any, Final

from components.security.hardened_pod import USER_ID
from components.tenancy.virtual_names import DNS_PORT
from settings.quantities import format_bytes, format_cpu
from settings.virtual_plan import DNS

NAMESPACE: Final = "kube-system"
LABELS: Final = {"k8s-app": "vcluster-kube-dns"}
"""Label by which vCluster knows the name server of its pods."""
COREFILE: Final = f""".:{DNS_PORT} {{
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        pods insecure
    }}
    cache 30
    reload
    loadbalance
}}
"""


def dns_objects(image: str) -> list[dict[str, Any]]:
    """The objects, as the virtual API server takes them. image: CoreDNS, by digest."""
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:coredns"}
    account = {"kind": "ServiceAccount", "name": "coredns", "namespace": NAMESPACE}
    ports = [
        {"name": "dns", "port": 53, "targetPort": DNS_PORT, "protocol": "UDP"},
        {"name": "dns-tcp", "port": 53, "targetPort": DNS_PORT, "protocol": "TCP"},
    ]
    deployment = {
        "replicas": 1,
        "selector": {"matchLabels": LABELS},
        "template": {"metadata": {"labels": LABELS}, "spec": dns_pod(image)},
    }
    rules = [
        {"apiGroups": [""], "resources": ["endpoints", "namespaces", "pods", "services"], "verbs": ["list", "watch"]},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
    ]
    return [
        _object("v1", "ServiceAccount", "coredns"),
        _object("rbac.authorization.k8s.io/v1", "ClusterRole", "system:coredns", rules=rules),
        _object(
            "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "system:coredns", roleRef=role, subjects=[account]
        ),
        _object("v1", "ConfigMap", "coredns", data={"Corefile": COREFILE, "NodeHosts": ""}),
        _object("apps/v1", "Deployment", "coredns", spec=deployment),
        _object("v1", "Service", "kube-dns", spec={"type": "ClusterIP", "selector": LABELS, "ports": ports}),
    ]


def dns_pod(image: str) -> dict[str, Any]:
    """Spec of the pod, before the syncer adds what all pods get."""
    amounts = {"cpu": format_cpu(DNS.cpu_m), "memory": format_bytes(DNS.memory_bytes)}
    return {
        "serviceAccountName": "coredns",
        "dnsPolicy": "Default",
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER_ID,
            "runAsGroup": USER_ID,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "coredns",
                "image": image,
                "imagePullPolicy": "Always",
                "args": ["-conf", "/etc/coredns/Corefile"],
                "resources": {"requests": amounts, "limits": amounts},
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"]},
                    "readOnlyRootFilesystem": True,
                },
                "volumeMounts": [{"name": "config", "mountPath": "/etc/coredns", "readOnly": True}],
                "livenessProbe": {"httpGet": {"path": "/health", "port": 8080}, "initialDelaySeconds": 60},
                "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}},
            }
        ],
        "volumes": [{"name": "config", "configMap": {"name": "coredns"}}],
    }


def dns_manifests(image: str) -> str:
    """The objects as one text, in the form that vCluster applies: JSON, which is YAML, a document each."""
    return "\n---\n".join(json.dumps(each, sort_keys=True) for each in dns_objects(image))


def _object(api_version: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    where = {} if kind.startswith("ClusterRole") else {"namespace": NAMESPACE}
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, **where}, **more}
