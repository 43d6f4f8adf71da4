"""Which add-ons there are, and how each is run beside a control plane."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from localcloud.controlplane.addons import kueue
from localcloud.controlplane.addons.webhooks import Webhooks
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.parts import Part
from localcloud.errors import LocalcloudError


@dataclass(frozen=True)
class Addon:
    """Kinds of objects, and where there is one the controller that serves them, run on this machine as the user
    `tenantplane:<name>` of the cluster.

    name: also of its process and of its log. crds: directory with its CustomResourceDefinitions, below `files`.
    tool: its program; None for kinds that nothing acts on here. arguments: after those that say which cluster.
    roles: files with its ClusterRoles, below `files`. files: a directory of this repository; None for the files that
    the toolchain's pin of the same name keeps. version: of its kinds, the only one that is served; None for the one
    that the module stores. prefix: before the names of its roles, where the module's own would be anybody's.
    webhooks: what the API server asks it, and at which port. configuration: its file, from layout and ports; passed to
    it as `--config`.
    """

    name: str
    crds: str
    tool: str | None = None
    arguments: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    files: Path | None = None
    version: str | None = None
    prefix: str = ""
    webhooks: Webhooks | None = None
    configuration: Callable[[Layout, Mapping[str, int]], dict[str, Any]] | None = None

    @property
    def user(self) -> str:
        return f"tenantplane:{self.name}"

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the ports that it serves on."""
        return (self.webhooks.port,) if self.webhooks else ()

    def configured(self, layout: Layout, ports: Mapping[str, int]) -> tuple[Path, str]:
        """Path and content of its configuration file. The path changes with the content, and with it the command line,
        so that a process with an old one is replaced."""
        content = yaml.safe_dump(self.configuration(layout, ports) if self.configuration else {}, sort_keys=False)
        digest = hashlib.sha256(content.encode()).hexdigest()[:8]
        return layout.config / f"{self.name}-{digest}.yaml", content

    def part(self, layout: Layout, ports: Mapping[str, int]) -> Part | None:
        """Its process, where it has one. It works once its webhooks answer, or without any as long as it runs."""
        if self.tool is None:
            return None
        arguments = (f"--kubeconfig={layout.part_kubeconfig(self.name)}", *self.arguments)
        if self.configuration is not None:
            arguments = (*arguments, f"--config={self.configured(layout, ports)[0]}")
        if self.webhooks is None:
            return Part(name=self.name, tool=self.tool, arguments=arguments, port=None)
        return Part(
            name=self.name,
            tool=self.tool,
            arguments=arguments,
            port=ports[self.webhooks.port],
            probe=self.webhooks.probe,
            authority=self.webhooks.authority,
        )


AGENT_SANDBOX = Addon(
    name="agent-sandbox",
    tool="agent-sandbox-controller",
    arguments=(
        "--extensions",
        "--leader-elect=false",
        # Nothing needs converting: one version of each kind is served (install.py).
        "--enable-webhook=false",
        "--metrics-bind-address=0",
        "--health-probe-bind-address=0",
        # One worker, the default, fills the pools of all tenants one after the other.
        "--sandbox-warm-pool-concurrent-workers=10",
        # Claims first: what refills a pool waits until nobody has claimed for 2 s, and what only describes a claim is
        # written late or not at all. On two cores that is P99 0.2 s at 20 claims a second instead of 1.3 s.
        "--sandbox-warm-pool-replenish-delay=2s",
        "--disable-claim-events",
        "--disable-claim-observability-annotations",
        "--sandbox-write-behind-window=1s",
    ),
    crds="crds",
    roles=("rbac.yaml", "extensions-rbac.yaml"),
)
"""Sandboxes, templates, warm pools and claims (C5): sigs.k8s.io/agent-sandbox."""

CALICO_POLICY = Addon(name="calico-policy", crds="calico_policy", files=Path(__file__).parent)
"""Tiers and global policies (E2): the kinds alone. The nodes are simulated and enforce nothing, so that Calico has
nothing to do here; the API server holds what it would be told."""

TETRAGON = Addon(name="tetragon", crds="tetragon", files=Path(__file__).parent)
"""What is watched in the kernel (G5): the kind alone, and of it the part that is used, since no module of today's
version can be had. Simulated nodes have no kernel to watch."""

KUEUE = Addon(
    name="kueue",
    tool="kueue",
    crds="crds",
    roles=("rbac.yaml", "secrets-rbac.yaml"),
    # The one that its controllers read and write; the module still stores the one before it.
    version="v1beta2",
    prefix="kueue-",
    webhooks=kueue.WEBHOOKS,
    configuration=kueue.configuration,
)
"""Queues (D1, D7): sigs.k8s.io/kueue."""

POLICY_CONTROLLER = Addon(name="policy-controller", crds=".", version="v1beta1")
"""Signatures of images (G7): the kind alone, of github.com/sigstore/policy-controller. What verifies asks a registry
for the signature of an image, and the images of simulated nodes are in none."""

PROMETHEUS_OPERATOR = Addon(name="prometheus-operator", crds=".")
"""Monitoring (G1): the kinds alone, of github.com/prometheus-operator/prometheus-operator. No pod runs on simulated
nodes, so that there is nothing to scrape; the tests run a real Prometheus with the same rules and relabelling."""

CLOUDNATIVE_PG = Addon(name="cloudnative-pg", crds=".")
"""PostgreSQL in the cluster (F2): the kinds alone, of github.com/cloudnative-pg/cloudnative-pg. Simulated nodes run no
server; localcloud's own is beside the cluster."""

KARPENTER = Addon(name="karpenter", crds=".")
"""Pools of nodes that come with their pods (C6): the kinds alone, of github.com/aws/karpenter-provider-aws."""

VOLUME_SNAPSHOTS = Addon(name="volume-snapshots", crds=".")
"""Copies of volumes (F4): the kinds alone, of github.com/kubernetes-csi/external-snapshotter. A simulated node has no
driver, so that no volume is made and none copied; the API server holds what the drivers would be told."""

GATEWAY_API = Addon(name="gateway-api", crds=".")
"""Gateways and routes (B2): the kinds alone, of sigs.k8s.io/gateway-api."""

ENVOY_GATEWAY = Addon(name="envoy-gateway", crds=".")
"""Policies of routes (B2, B3): the kinds alone, of github.com/envoyproxy/gateway. Its controller listens on every
address of the machine, so that it is not run here; its translation is (localcloud/controlplane/gateway)."""

ISTIO = Addon(name="istio", crds=".")
"""The mesh (E3): the kinds alone, of istio.io/api. Simulated nodes run no proxy, and istiod without one has nobody to
tell; a reference evaluator reads the objects (fleet/reachability/mesh.py)."""

ADDONS: Mapping[str, Addon] = {
    each.name: each
    for each in (
        AGENT_SANDBOX,
        CALICO_POLICY,
        CLOUDNATIVE_PG,
        ENVOY_GATEWAY,
        GATEWAY_API,
        ISTIO,
        KARPENTER,
        KUEUE,
        POLICY_CONTROLLER,
        PROMETHEUS_OPERATOR,
        TETRAGON,
        VOLUME_SNAPSHOTS,
    )
}


def parts_of(addons: Iterable[Addon], layout: Layout, ports: Mapping[str, int]) -> list[Part]:
    """The processes of those add-ons that have one."""
    return [part for addon in addons if (part := addon.part(layout, ports)) is not None]


def addons_of(names: Iterable[str]) -> tuple[Addon, ...]:
    """The add-ons of these names. Raises LocalcloudError for one that is not known."""
    wanted = tuple(names)
    if unknown := [name for name in wanted if name not in ADDONS]:
        raise LocalcloudError(f"there is no add-on {unknown[0]!r}; allowed: {', '.join(ADDONS)}")
    return tuple(ADDONS[name] for name in wanted)
