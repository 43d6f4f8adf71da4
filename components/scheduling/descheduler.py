"""Relieves nodes above 90 %, the lowest priorities first (D5)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import yaml
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking

from components.network.policy import to_the_api_server
from components.objects import Manifest, in_namespace, platform_metadata, running_in_namespace
from components.scheduling.placement import system_placement
from components.security.hardened_pod import hardened_pod
from components.security.platform_account import account_with_rights
from components.tenancy.platform_namespace import PlatformNamespace
from settings.cluster import Cluster
from settings.descheduling import INTERVAL_S, descheduler_policy

NAME = "descheduler"
PRIORITY = "critical"
RULES: list[Manifest] = [
    {
        "apiGroups": [""],
        "resources": ["nodes", "namespaces", "pods", "persistentvolumeclaims"],
        "verbs": ["get", "list", "watch"],
    },
    # Evicting goes by budgets; deleting, which the descheduler's own role has as well, would not.
    {"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
    {"apiGroups": ["scheduling.k8s.io"], "resources": ["priorityclasses"], "verbs": ["get", "list", "watch"]},
    {"apiGroups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": ["get", "list", "watch"]},
    {"apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": ["create", "update"]},
]
"""What it may do, in the words of the API: see, and evict."""


@dataclass(frozen=True, kw_only=True)
class DeschedulerArgs:
    """Inputs of Descheduler.

    cluster: its system pools, which it runs in. image: sigs.k8s.io/descheduler
    0.36, by digest. namespace: where it runs. priority_classes: those that the same stack makes, by name.
    """

    cluster: Cluster
    image: str
    namespace: PlatformNamespace
    priority_classes: Mapping[str, pulumi.Resource] = field(default_factory=dict)


class Descheduler(pulumi.ComponentResource):
    """Looks every five minutes for nodes above 90 % and evicts from them what can run elsewhere, once per cluster (D5).

    Creates: ConfigMap (the policy of `settings.descheduling`), ServiceAccount, ClusterRole (to see, and to evict; not
    to delete), ClusterRoleBinding, NetworkPolicy (out to the API server), Deployment of one (hardened to
    `restricted`, in the system pools, with the token that it needs). A changed policy starts it anew.
    Outputs: policy (str), the policy as it is written.
    """

    policy: str

    def __init__(self, name: str, args: DeschedulerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:scheduling:Descheduler", name, {}, opts)
        child = in_namespace(self, args.namespace.namespace)
        metadata = {**platform_metadata(NAME, NAME), "namespace": args.namespace.name}
        self.policy = yaml.safe_dump(descheduler_policy(), sort_keys=False)
        policy = core.ConfigMap(f"{name}-policy", metadata=metadata, data={"policy.yaml": self.policy}, opts=child)
        rights = account_with_rights(self, name, NAME, args.namespace, RULES)
        networking.NetworkPolicy(f"{name}-network", metadata=metadata, spec=to_the_api_server(NAME), opts=child)
        priority = [args.priority_classes[PRIORITY]] if PRIORITY in args.priority_classes else []
        digest = hashlib.sha256(self.policy.encode()).hexdigest()[:16]
        apps.Deployment(
            name,
            metadata=metadata,
            spec={
                "replicas": 1,
                # Two at a time would each evict the number that one may.
                "strategy": {"type": "Recreate"},
                "selector": {"match_labels": {"app.kubernetes.io/name": NAME}},
                "template": {
                    "metadata": {
                        "labels": metadata["labels"],
                        "annotations": {"tenantplane.dev/policy-hash": digest},
                    },
                    "spec": _pod(args),
                },
            },
            opts=running_in_namespace(self, args.namespace.namespace, policy, *rights, *priority),
        )
        self.register_outputs({"policy": self.policy})


def _pod(args: DeschedulerArgs) -> Manifest:
    container = {
        "name": NAME,
        "image": args.image,
        "command": ["/bin/descheduler"],
        "args": [
            "--policy-config-file=/policy/policy.yaml",
            f"--descheduling-interval={INTERVAL_S}s",
            "--disable-metrics",
        ],
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "512Mi"}},
        "volume_mounts": [{"name": "policy", "mount_path": "/policy", "read_only": True}],
    }
    made = hardened_pod(
        service_account=NAME, priority_class=PRIORITY, placement=system_placement(args.cluster), containers=[container]
    )
    policy = {"name": "policy", "config_map": {"name": NAME}}
    return {**made, "automount_service_account_token": True, "volumes": [*made["volumes"], policy]}
