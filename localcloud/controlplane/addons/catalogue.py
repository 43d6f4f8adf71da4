"""Which add-ons there are, and how each is run beside a control plane."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

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
    the toolchain's pin of the same name keeps.
    """

    name: str
    crds: str
    tool: str | None = None
    arguments: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    files: Path | None = None

    @property
    def user(self) -> str:
        return f"tenantplane:{self.name}"

    def part(self, layout: Layout) -> Part | None:
        """Its process, where it has one. It serves nothing, so that it works as long as it runs."""
        if self.tool is None:
            return None
        arguments = (f"--kubeconfig={layout.part_kubeconfig(self.name)}", *self.arguments)
        return Part(name=self.name, tool=self.tool, arguments=arguments, port=None)


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

ADDONS: Mapping[str, Addon] = {each.name: each for each in (AGENT_SANDBOX, CALICO_POLICY)}


def parts_of(addons: Iterable[Addon], layout: Layout) -> list[Part]:
    """The processes of those add-ons that have one."""
    return [part for addon in addons if (part := addon.part(layout)) is not None]


def addons_of(names: Iterable[str]) -> tuple[Addon, ...]:
    """The add-ons of these names. Raises LocalcloudError for one that is not known."""
    wanted = tuple(names)
    if unknown := [name for name in wanted if name not in ADDONS]:
        raise LocalcloudError(f"there is no add-on {unknown[0]!r}; allowed: {', '.join(ADDONS)}")
    return tuple(ADDONS[name] for name in wanted)
