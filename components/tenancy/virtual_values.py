"""What a tenant's virtual control plane is told: vCluster's configuration, closed by construction (A6).

It is the file that vCluster's programs read, in the keys of its chart. The chart itself is not used: it would open the
internet to all pods, have a ResourceQuota of its own, which a tenant's namespace does not admit, and run as root. What
the chart would put on the host, VirtualControlPlane does.
"""

from typing import Any, Final

from components.security.hardened_pod import USER_ID
from components.tenancy.access import WORKLOAD_ACCOUNT
from components.tenancy.virtual_dns import dns_manifests
from components.tenancy.virtual_names import API_PORT, SYNCER_ACCOUNT
from settings import TenantPlan
from settings.virtual_plan import ResolvedVirtualControlPlane

CARRIED_OVER: Final = ("configMaps", "persistentVolumeClaims", "pods", "secrets", "services")
"""What of the virtual control plane becomes an object on the host; of ConfigMaps and Secrets those that pods use."""
KEPT_APART: Final = (
    "endpoints",
    "endpointSlices",
    "gatewayApi",
    "ingresses",
    "namespaces",
    "networkPolicies",
    "persistentVolumes",
    "podDisruptionBudgets",
    "priorityClasses",
    "resourceClaims",
    "resourceClaimTemplates",
    "serviceAccounts",
    "storageClasses",
)
"""What the virtual control plane may have and the host never gets. An Endpoints object can point anywhere, an Ingress
take any host, a PersistentVolume mount a path of the node."""
NOT_SHOWN: Final = (
    "csiDrivers",
    "csiNodes",
    "csiStorageCapacities",
    "configMaps",
    "deviceClasses",
    "gatewayClasses",
    "gateways",
    "ingressClasses",
    "nodes",
    "priorityClasses",
    "runtimeClasses",
    "secrets",
    "storageClasses",
)
"""What the host has and the virtual control plane never sees: its nodes above all, which are other tenants' too."""


def virtual_values(plan: TenantPlan, virtual: ResolvedVirtualControlPlane) -> dict[str, Any]:
    """The configuration for a tenant.

    Every pod that is carried over gets the runtime, the priority class and the tolerations given here, whatever it was
    told; admission on the host refuses anything else (VirtualAdmission, RuntimeAdmission).
    """
    tolerated = [f"{each['key']}={each['value']}:{each['effect']}" for each in virtual.tolerations]
    pods = {
        "enabled": True,
        "runtimeClassName": virtual.runtime.id,
        "priorityClassName": plan.tier.priority_class,
        "enforceTolerations": tolerated,
        # No token of the host: those of the virtual API server lie in Secrets.
        "useSecretsForSATokens": True,
        "rewriteHosts": {"enabled": False},
    }
    return {
        "sync": {
            "toHost": {
                **{kind: {"enabled": True} for kind in CARRIED_OVER},
                "pods": pods,
                "configMaps": {"enabled": True, "all": False},
                "secrets": {"enabled": True, "all": False},
                **{kind: {"enabled": False} for kind in KEPT_APART},
            },
            "fromHost": {"events": {"enabled": True}, **{kind: {"enabled": False} for kind in NOT_SHOWN}},
        },
        "controlPlane": {
            "distro": {
                "k8s": {
                    "enabled": True,
                    "apiServer": {"enabled": True},
                    "controllerManager": {"enabled": True},
                    "scheduler": {"enabled": False},
                }
            },
            "backingStore": {"database": {"embedded": {"enabled": True}}},
            "proxy": {"bindAddress": "0.0.0.0", "port": API_PORT},  # noqa: S104  of its own pod
            "coredns": {"enabled": True, "embedded": False, "overwriteManifests": dns_manifests(virtual.dns_image)},
            "service": {"enabled": True, "spec": {"type": "ClusterIP"}},
            "ingress": {"enabled": False},
            "statefulSet": {
                "highAvailability": {"replicas": 1, "leaseDuration": 60, "renewDeadline": 40, "retryPeriod": 15},
                "imagePullPolicy": "Always",
                "security": {"podSecurityContext": {"runAsUser": USER_ID, "runAsNonRoot": True, "fsGroup": USER_ID}},
            },
            "advanced": {
                "virtualScheduler": {"enabled": False},
                "serviceAccount": {"enabled": False, "name": SYNCER_ACCOUNT},
                # On the host all pods of the tenant are the same account, which has no rights.
                "workloadServiceAccount": {"enabled": False, "name": WORKLOAD_ACCOUNT},
            },
        },
        # These are the host's to say: TenantQuota, TenantNetwork, TenantGuardRail.
        "policies": {kind: {"enabled": False} for kind in ("resourceQuota", "limitRange", "networkPolicy")},
        "rbac": {"role": {"enabled": False}, "clusterRole": {"enabled": False}},
        "networking": {
            "advanced": {
                "clusterDomain": "cluster.local",
                "fallbackHostCluster": False,
                "proxyKubelets": {"byHostname": False, "byIP": False},
            }
        },
        "experimental": {"syncSettings": {"setOwner": True}},
        "logging": {"encoding": "console"},
        "telemetry": {"enabled": False},
    }
