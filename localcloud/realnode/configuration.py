"""Files of a real node: what the nodes of a sandbox pool are told, and where this machine has it otherwise (C4).

The deviations are listed in docs/real-node.md; a test compares.
"""

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from localcloud.controlplane.configuration import kubeconfig_of
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import CLUSTER, issue_client, issue_server
from localcloud.controlplane.ports import HOST
from localcloud.files import write_whole
from localcloud.nodehost.places import Places
from settings import NodePool, Runtime
from settings.nodeconfig import containerd_config, handlers_of, kubelet_config, runsc_config, sandbox_spec, to_toml

Document = dict[str, Any]
CRI = "io.containerd.grpc.v1.cri"
"""Debian 12 has containerd 1.6, whose configuration is of version 2."""


@dataclass(frozen=True)
class NodePlan:
    """What a real node is made of. pool: whose configuration, labels and taints it has. pause: image of pods' first
    container. kubelet_port, registry_port: on loopback. subnet: of its pods."""

    name: str
    pool: NodePool
    runtimes: tuple[Runtime, ...]
    pause: str
    kubelet_port: int
    registry_port: int
    subnet: str
    server: str


def kubelet_deviations(layout: Layout, places: Places, plan: NodePlan) -> Document:
    """What this machine's kubelet is told otherwise than the pool's."""
    return {
        # Version 1 cgroups, and no systemd to make them.
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{places.cgroup}",
        # The kubelet sets what it needs of the kernel instead of refusing the node; stopping puts it back.
        "protectKernelDefaults": False,
        # Certificates are issued by localcloud: nobody here approves requests for them.
        "authentication": {"x509": {"clientCAFile": str(layout.certificate(CLUSTER))}},
        "serverTLSBootstrap": False,
        "rotateCertificates": False,
        "tlsCertFile": str(places.etc / "kubelet.crt"),
        "tlsPrivateKeyFile": str(places.etc / "kubelet.key"),
        # One machine, several clusters: loopback, own ports, own directories.
        "address": HOST,
        "port": plan.kubelet_port,
        "healthzPort": 0,
        "containerRuntimeEndpoint": f"unix://{places.socket}",
        "podLogsDir": str(places.directory / "pod-logs"),
        "volumePluginDir": str(places.directory / "volume-plugins"),
        # Pods get no resolver of this machine's: there is no cluster DNS here.
        "resolvConf": "",
        # The machine's firewall is its owner's; only what enforces NetworkPolicy adds to it.
        "makeIPTablesUtilChains": False,
        # What a throw-away node does not need to keep.
        "evictionHard": {"nodefs.available": "2%", "imagefs.available": "2%", "nodefs.inodesFree": "2%"},
    }


def containerd_deviations(places: Places, kata: Iterable[str] = ()) -> Document:
    """What this machine's containerd is told otherwise than the pool's. kata: its handlers of Kata Containers."""
    return {
        "root": str(places.containerd / "root"),
        "state": str(places.containerd / "state"),
        "oom_score": 0,
        "grpc": {"address": str(places.socket)},
        "plugins": {
            "io.containerd.internal.v1.opt": {"path": str(places.containerd / "opt")},
            CRI: {
                # Without CAP_SYS_RESOURCE, as in most containers, no process may lower its score.
                "restrict_oom_score_adj": True,
                "disable_apparmor": True,
                "netns_mounts_under_state_dir": True,
                "stream_server_address": HOST,
                "cni": {"bin_dir": "/usr/lib/cni", "conf_dir": str(places.etc / "cni")},
                "registry": {"config_path": str(places.etc / "certs.d")},
                "containerd": {
                    "runtimes": {
                        "runc": {"options": {"Root": str(places.containerd / "runc")}},
                        "runsc": {
                            "base_runtime_spec": str(places.etc / "sandbox-spec.json"),
                            "options": {"ConfigPath": str(places.etc / "runsc.toml")},
                        },
                        # Not on this machine: Kata needs virtualisation. The default would be read at once.
                        **{name: {"base_runtime_spec": ""} for name in kata},
                    }
                },
            },
        },
    }


def runsc_deviations(places: Places) -> Document:
    """What this machine's gVisor is told otherwise than the pool's."""
    return {"binary_name": str(places.bin / "runsc"), "root": str(places.containerd / "runsc")}


def network_config(places: Places, subnet: str) -> Document:
    """CNI: each pod has a link of its own to the node, which routes; nothing leaves the machine, for no pod has a route
    to anywhere but the subnet."""
    return {
        "cniVersion": "0.4.0",
        "name": places.network,
        "plugins": [
            {
                "type": "ptp",
                "ipMasq": False,
                "ipam": {
                    "type": "host-local",
                    "ranges": [[{"subnet": subnet}]],
                    "dataDir": str(places.cni / "addresses"),
                },
            }
        ],
    }


def write_configuration(layout: Layout, places: Places, plan: NodePlan) -> None:
    """Write every file that containerd, the runtimes and the kubelet read."""
    base = containerd_config(plan.pool, plan.runtimes, 2, systemd_cgroup=False)
    kata = [name for name in handlers_of(plan.pool, plan.runtimes) if name.startswith("kata")]
    containerd = merged(base, containerd_deviations(places, kata))
    said = subprocess.run(["ctr", "oci", "spec"], capture_output=True, text=True, check=True).stdout
    write_whole(places.etc / "sandbox-spec.json", json.dumps(sandbox_spec(json.loads(said)), indent=2))
    containerd["plugins"][CRI]["sandbox_image"] = plan.pause
    write_whole(places.etc / "containerd.toml", to_toml(containerd))
    write_whole(places.etc / "runsc.toml", to_toml(merged(runsc_deviations(places), runsc_config())))
    kubelet = merged(kubelet_config(plan.pool), kubelet_deviations(layout, places, plan))
    write_whole(places.etc / "kubelet.yaml", yaml.safe_dump(kubelet, sort_keys=False))
    write_whole(places.etc / "cni" / "10-pods.conflist", json.dumps(network_config(places, plan.subnet), indent=2))
    mirror = f"http://{HOST}:{plan.registry_port}"
    # For every host there is: no pull leaves this machine.
    hosts = {"server": mirror, "host": {mirror: {"capabilities": ["pull", "resolve"]}}}
    write_whole(places.etc / "certs.d" / "_default" / "hosts.toml", to_toml(hosts))
    _write_identity(layout, places, plan)


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> Document:
    """`base` with the values of `over`, table by table."""
    made = dict(base)
    for key, value in over.items():
        known = made.get(key)
        made[key] = merged(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return made


def _write_identity(layout: Layout, places: Places, plan: NodePlan) -> None:
    """The node's own certificates, as the node authorizer and NodeRestriction know nodes; made once."""
    user, groups = f"system:node:{plan.name}", ("system:nodes",)
    if not (places.etc / "kubelet.kubeconfig").exists():
        certificate, key = issue_client(layout, user, groups)
        text = kubeconfig_of(layout, plan.server, layout.name, user=user, certificate=certificate, key=key)
        write_whole(places.etc / "kubelet.kubeconfig", text)
    if not (places.etc / "kubelet.key").exists():
        certificate, key = issue_server(layout, user, (HOST, plan.name), groups)
        write_whole(places.etc / "kubelet.crt", certificate)
        write_whole(places.etc / "kubelet.key", key)
