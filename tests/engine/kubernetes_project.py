"""Pulumi projects whose program acts on the session's cluster through our own Kubernetes provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from localcloud.controlplane import ControlPlane
from localcloud.toolchain import tool
from tests.engine.runs import Outcome, Project, bundled_plugins

PROVIDER = "pulumi-resource-kubernetes"
USER_AGENT = "tenantplane-localcloud-kubernetes"


def plugins_with_kubernetes(folder: Path) -> Path:
    """Fill a folder with the engine and our own plugins, the Kubernetes provider among them."""
    bundled_plugins(folder)
    (folder / PROVIDER).symlink_to(tool(PROVIDER))
    return folder


@dataclass
class KubernetesProject:
    """A project with one explicit provider for one cluster.

    Programs are given without imports and provider; they see `k8s`, `pulumi`, `NS` (the namespace's name) and
    `opts(**options)`, which makes ResourceOptions with the provider.
    """

    project: Project
    cluster: ControlPlane
    namespace: str

    def write(self, body: str, **provider: object) -> KubernetesProject:
        """Write the program. provider: further arguments of the provider resource."""
        arguments = {"kubeconfig": str(self.cluster.kubeconfig), "cluster_identifier": "test", **provider}
        self.project.write(
            "import pulumi, pulumi_kubernetes as k8s\n"
            f"NS = {self.namespace!r}\n"
            f"provider = k8s.Provider('provider', **{arguments!r})\n"
            "opts = lambda **options: pulumi.ResourceOptions(provider=provider, **options)\n" + body
        )
        return self

    def run(self, operation: str, *flags: str) -> Outcome:
        """Run preview, up, refresh or destroy."""
        return self.project.run(operation, *flags)

    def requests(self, since: int = 0) -> list[str]:
        """The provider's requests about the namespace's objects since a place in the audit log: verb and resource."""
        return [f"{entry['verb']} {entry['objectRef']['resource']}" for entry in self._audited(since)]

    def audited(self) -> int:
        """The present end of the audit log, for `requests`."""
        return self._audit_log.stat().st_size

    @property
    def _audit_log(self) -> Path:
        return self.cluster.directory / "logs" / "audit.log"

    def _audited(self, since: int) -> Iterator[dict[str, dict[str, str]]]:
        with self._audit_log.open() as log:
            log.seek(since)
            for line in log:
                entry = json.loads(line)
                ours = entry.get("userAgent", "").startswith(USER_AGENT)
                there = entry.get("objectRef", {}).get("namespace") == self.namespace
                finished = entry["stage"] == ("ResponseStarted" if entry["verb"] == "watch" else "ResponseComplete")
                if ours and there and finished:
                    yield entry
