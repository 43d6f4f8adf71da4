"""An API server of a tenant's own, in its namespace on the host (A6)."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking
from pulumi_kubernetes.rbac import v1 as rbac

from components.network.policy import CLOSED, both_ways, tcp
from components.objects import Manifest, in_namespace, running_in_namespace, tenant_metadata
from components.tenancy.virtual_names import (
    API_PORT,
    COMPONENT,
    CONFIG_SECRET,
    DNS_PORT,
    HEADLESS,
    KUBECONFIG_SECRET,
    NAME,
    PEOPLE,
    POD,
    SELECTOR,
    SYNCER_ACCOUNT,
)
from components.tenancy.virtual_pod import CONFIG_FILE, virtual_pod
from components.tenancy.virtual_values import virtual_values
from settings import ResolvedVirtualControlPlane, TenantPlan
from settings.quantities import format_bytes
from settings.storage import storage_class_name
from settings.virtual_plan import STORE_BYTES

Options: TypeAlias = pulumi.ResourceOptions
READ: Final = ["get", "list", "watch"]
WRITE: Final = ["create", "delete", "get", "list", "patch", "update", "watch"]
SYNCER_ROLE: Final[tuple[Manifest, ...]] = (
    {
        "api_groups": [""],
        "resources": ["configmaps", "persistentvolumeclaims", "pods", "secrets", "services"],
        "verbs": WRITE,
    },
    {"api_groups": [""], "resources": ["pods/attach", "pods/exec", "pods/portforward"], "verbs": ["create", "get"]},
    {"api_groups": [""], "resources": ["endpoints", "events", "pods/log"], "verbs": READ},
    {"api_groups": ["apps"], "resources": ["deployments", "replicasets", "statefulsets"], "verbs": READ},
    # Without it the syncer waits for ever, though it carries none over.
    {"api_groups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": READ},
)
"""Rights of the syncer, in the tenant's namespace alone: nothing that a tenant's admin may not do in a namespace. The
chart gives more: to write the status of pods, by which a pod could claim another one's address, and ephemeral
containers, which admission of pods does not see. What needs those is not carried over."""
ADMIN_ROLE: Final[tuple[Manifest, ...]] = (
    {"api_groups": [""], "resources": ["secrets"], "resource_names": [KUBECONFIG_SECRET], "verbs": ["get"]},
    {"api_groups": [""], "resources": ["pods/portforward"], "resource_names": [POD], "verbs": ["create", "get"]},
)
"""How the tenant's admins get to their API server, besides reading what runs on the host."""
RBAC_GROUP: Final = "rbac.authorization.k8s.io"
SKIP_AWAIT: Final = {"pulumi.com/skipAwait": "true"}
"""Its volume, its images and its start-up take their time, and an update of the stack does not wait for them."""


@dataclass(frozen=True, kw_only=True)
class VirtualControlPlaneArgs:
    """Inputs of VirtualControlPlane.

    plan: the tenant. virtual: what settings derived for it. namespace: the namespace on the host that it runs in, with
    all that it carries over. prerequisites: what its pod waits for, such as quota, network policies and classes.
    """

    plan: TenantPlan
    virtual: ResolvedVirtualControlPlane
    namespace: core.Namespace
    prerequisites: tuple[pulumi.Resource, ...] = ()


class VirtualControlPlane(pulumi.ComponentResource):
    """An API server, controllers and store of a tenant's own, whose pods run on the host (A6, B5, C1, C3, E1, E2).

    They run in the tenant's namespace there, under all that holds in it.
    Creates: StatefulSet `virtual` (one pod, or none while the tenant is not active; in the sandboxed runtime, on
    sandbox nodes, hardened to `restricted`, with a volume of 5 Gi that stays when it goes), Secret `vc-config-virtual`
    with its configuration, Service `virtual` (443) and headless `virtual-headless`, ServiceAccount, Role and
    RoleBinding `vc-virtual` for its syncer (no ClusterRole), Role and RoleBinding `virtual-control-plane` for the
    tenant's admins (the one Secret with the way in, and a port of the one pod), NetworkPolicy `virtual-control-plane`
    (8443 and 1053 within the namespace).
    The programs are vCluster's. The tenant's quota counts its pods; what the syncer may do and who may pass for it is
    bounded by VirtualAdmission, its way to the host's API server by TenantGuardRail.
    Outputs: service (str), name of the Service of the virtual API server.
    """

    service: str

    def __init__(self, name: str, args: VirtualControlPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:tenancy:VirtualControlPlane", name, {}, opts)
        plan, virtual = args.plan, args.virtual
        child = in_namespace(self, args.namespace)
        config = json.dumps(virtual_values(plan, virtual), sort_keys=True)
        account = core.ServiceAccount(
            f"{name}-account",
            metadata=_labelled(plan, SYNCER_ACCOUNT),
            automount_service_account_token=False,
            opts=child,
        )
        subject = {"kind": "ServiceAccount", "name": SYNCER_ACCOUNT, "namespace": plan.namespace}
        syncer = self._grants(f"{name}-syncer", tenant_metadata(plan, SYNCER_ACCOUNT), SYNCER_ROLE, [subject], child)
        admins = [{"api_group": RBAC_GROUP, "kind": "Group", "name": each} for each in plan.tenant.groups.admins]
        self._grants(f"{name}-admins", tenant_metadata(plan, PEOPLE), ADMIN_ROLE, admins, child)
        held = core.Secret(
            f"{name}-config",
            metadata=tenant_metadata(plan, CONFIG_SECRET),
            type="Opaque",
            string_data={CONFIG_FILE: config},
            opts=child,
        )
        network = networking.NetworkPolicy(
            f"{name}-network", metadata=tenant_metadata(plan, PEOPLE), spec=_traffic(plan), opts=child
        )
        self._service(f"{name}-service", _labelled(plan, NAME), {"type": "ClusterIP"}, child)
        # Its pod has a name before it is ready: the store is its own peer.
        headless = {"cluster_ip": "None", "publish_not_ready_addresses": True}
        self._service(f"{name}-headless", _labelled(plan, HEADLESS), headless, child)
        apps.StatefulSet(
            name,
            metadata={**_labelled(plan, NAME), "annotations": SKIP_AWAIT},
            spec=_stateful_set(plan, virtual, config),
            opts=running_in_namespace(self, args.namespace, account, *syncer, held, network, *args.prerequisites),
        )
        self.service = NAME
        self.register_outputs({"service": self.service})

    def _grants(
        self, name: str, metadata: Manifest, rules: tuple[Manifest, ...], subjects: list[Manifest], opts: Options
    ) -> tuple[pulumi.Resource, pulumi.Resource]:
        """A Role of the namespace and its binding, of one name."""
        ref = {"api_group": RBAC_GROUP, "kind": "Role", "name": metadata["name"]}
        return (
            rbac.Role(f"{name}-role", metadata=metadata, rules=list(rules), opts=opts),
            rbac.RoleBinding(f"{name}-binding", metadata=metadata, role_ref=ref, subjects=subjects, opts=opts),
        )

    def _service(self, name: str, metadata: Manifest, spec: dict[str, Any], opts: Options) -> None:
        ports = [{"name": "https", "port": 443, "target_port": API_PORT, "protocol": "TCP"}]
        core.Service(
            name,
            metadata={**metadata, "annotations": SKIP_AWAIT},
            spec={**spec, "selector": SELECTOR, "ports": ports},
            opts=opts,
        )


def _labelled(plan: TenantPlan, name: str) -> Manifest:
    return {**tenant_metadata(plan, name), "labels": {**plan.labels, **SELECTOR, **COMPONENT}}


def _stateful_set(plan: TenantPlan, virtual: ResolvedVirtualControlPlane, config: str) -> Manifest:
    claim = {
        "metadata": {"name": "data", "labels": plan.labels},
        "spec": {
            "access_modes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": format_bytes(STORE_BYTES)}},
            # Encrypted, and copied on a schedule (F4, F5).
            **({} if plan.cluster.storage is None else {"storage_class_name": storage_class_name(plan.tier.id)}),
        },
    }
    # A changed configuration is a new pod: the programs read it once.
    digest = {"vClusterConfigHash": hashlib.sha256(config.encode()).hexdigest()}
    return {
        "replicas": 1 if plan.active else 0,
        "service_name": HEADLESS,
        "pod_management_policy": "Parallel",
        "selector": {"match_labels": SELECTOR},
        # All that the tenant has told its API server lies there (A7).
        "persistent_volume_claim_retention_policy": {"when_deleted": "Retain", "when_scaled": "Retain"},
        "volume_claim_templates": [claim],
        "template": {
            "metadata": {"labels": _labelled(plan, NAME)["labels"], "annotations": digest},
            "spec": virtual_pod(plan, virtual),
        },
    }


def _traffic(plan: TenantPlan) -> Manifest:
    """Within the namespace, the virtual API server and DNS; how the syncer reaches the host's is a guard-rail."""
    if not plan.active:
        return dict(CLOSED)
    ports = [*tcp(API_PORT), {"protocol": "UDP", "port": DNS_PORT}, *tcp(DNS_PORT)]
    same: list[Manifest] = [{"pod_selector": {}}]
    return both_ways({}, ingress=[{"from_": same, "ports": ports}], egress=[{"to": same, "ports": ports}])
