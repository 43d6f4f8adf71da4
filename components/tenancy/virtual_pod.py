"""The pod of a virtual control plane: vCluster's, hardened to what a tenant's namespace admits (A6, C4).

It writes below /data, /binaries, /pki, /tmp and /.cache/helm, which are volumes; as another user than root and with a
read-only root it was run once by hand, see docs/tenancy-spectrum.md.
"""

from typing import Any, Final

from components.objects import Manifest, compute
from components.scheduling.placement import placement
from components.security.hardened_pod import hardened_pod
from components.tenancy.virtual_names import API_PORT, CONFIG_SECRET, NAME, SELECTOR, SYNCER_ACCOUNT
from settings import ResolvedVirtualControlPlane, TenantPlan
from settings.quantities import format_bytes
from settings.virtual_plan import CONTROL_PLANE, SCRATCH_BYTES

CONFIG_FILE: Final = "config.yaml"
BINARIES: Final = {"name": "binaries", "mount_path": "/binaries"}
MOUNTS: Final = {
    "data": "/data",
    "binaries": "/binaries",
    "certs": "/pki",
    "helm-cache": "/.cache/helm",
    "config": "/var/lib/vcluster",
}
SCRATCH: Final = ("binaries", "certs", "helm-cache")
FIELDS: Final = {
    "POD_NAME": "metadata.name",
    "POD_IP": "status.podIP",
    "NODE_NAME": "spec.nodeName",
    "NODE_IP": "status.hostIP",
}


def virtual_pod(plan: TenantPlan, virtual: ResolvedVirtualControlPlane) -> Manifest:
    """Spec of the pod. Its token is mounted, alone of all pods of a tenant: it is the syncer's."""
    spec = hardened_pod(
        service_account=SYNCER_ACCOUNT,
        priority_class=plan.tier.priority_class,
        placement=placement(plan, virtual.node_selector, virtual.tolerations, pods_like=SELECTOR),
        containers=[_programs(virtual), _syncer(virtual)],
    )
    programs, syncer = spec["containers"]
    return {
        **spec,
        "automount_service_account_token": True,
        "runtime_class_name": virtual.runtime.id,
        "termination_grace_period_seconds": 15,
        "init_containers": [programs],
        "containers": [syncer],
        "volumes": [
            *spec["volumes"],
            *({"name": each, "empty_dir": {"size_limit": format_bytes(SCRATCH_BYTES)}} for each in SCRATCH),
            {"name": "config", "secret": {"secret_name": CONFIG_SECRET}},
        ],
    }


def _programs(virtual: ResolvedVirtualControlPlane) -> Manifest:
    """Puts API server and controllers where the syncer starts them from."""
    return {
        "name": "kubernetes",
        "image": virtual.kubernetes_image,
        "image_pull_policy": "Always",
        "command": ["cp"],
        "args": ["-r", "/kubernetes/.", "/binaries/"],
        "resources": _resources(),
        "volume_mounts": [BINARIES],
    }


def _syncer(virtual: ResolvedVirtualControlPlane) -> Manifest:
    """The process that starts API server, controllers and store as its children, and writes to both API servers."""
    given = {"VCLUSTER_NAME": NAME, "LOFT_LOG_ENCODING": "console"}
    return {
        "name": "syncer",
        "image": virtual.image,
        "image_pull_policy": "Always",
        "ports": [{"name": "https", "container_port": API_PORT, "protocol": "TCP"}],
        "env": [
            *({"name": key, "value": value} for key, value in given.items()),
            *({"name": key, "value_from": {"field_ref": {"field_path": path}}} for key, path in FIELDS.items()),
        ],
        "resources": _resources(),
        "volume_mounts": [{"name": name, "mount_path": path} for name, path in MOUNTS.items()],
        # As long as the chart waits: half an hour for the first start, two minutes without an answer.
        "startup_probe": _probe("/readyz", failure_threshold=300, period_seconds=6),
        "readiness_probe": _probe("/readyz", failure_threshold=60, period_seconds=2),
        "liveness_probe": _probe("/healthz", failure_threshold=60, period_seconds=2, initial_delay_seconds=60),
    }


def _probe(path: str, **more: Any) -> Manifest:
    return {"http_get": {"path": path, "port": API_PORT, "scheme": "HTTPS"}, "timeout_seconds": 3, **more}


def _resources() -> Manifest:
    amounts = {**compute(CONTROL_PLANE), "ephemeral-storage": format_bytes(SCRATCH_BYTES)}
    return {"requests": amounts, "limits": amounts}
