"""Which add-ons there are, and how each is run beside a control plane."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from localcloud.controlplane.layout import Layout
from localcloud.controlplane.parts import Part
from localcloud.errors import LocalcloudError


@dataclass(frozen=True)
class Addon:
    """One controller, run on this machine as the user `tenantplane:<name>` of the cluster.

    name: also of its pin in the toolchain, of its process and of its log. tool: its program. arguments: after those
    that say which cluster. crds: directory with its CustomResourceDefinitions among the files that its pin keeps.
    roles: files there with its ClusterRoles.
    """

    name: str
    tool: str
    arguments: tuple[str, ...]
    crds: str
    roles: tuple[str, ...]

    @property
    def user(self) -> str:
        return f"tenantplane:{self.name}"

    def part(self, layout: Layout) -> Part:
        """Its process. It serves nothing, so that it works as long as it runs."""
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
    ),
    crds="crds",
    roles=("rbac.yaml", "extensions-rbac.yaml"),
)
"""Sandboxes, templates, warm pools and claims (C5): sigs.k8s.io/agent-sandbox."""

ADDONS: Mapping[str, Addon] = {each.name: each for each in (AGENT_SANDBOX,)}


def addons_of(names: Iterable[str]) -> tuple[Addon, ...]:
    """The add-ons of these names. Raises LocalcloudError for one that is not known."""
    wanted = tuple(names)
    if unknown := [name for name in wanted if name not in ADDONS]:
        raise LocalcloudError(f"there is no add-on {unknown[0]!r}; allowed: {', '.join(ADDONS)}")
    return tuple(ADDONS[name] for name in wanted)
