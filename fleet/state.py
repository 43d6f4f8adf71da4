"""What a stack's state says: its outputs, who is in it, and what a crash left open."""

import gzip
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from settings.control_plane import OUTPUT as CLUSTER_OUTPUT
from settings.plan_hash import OUTPUT as PLAN_OUTPUT

TENANTS_OUTPUT = "tenants"
"""The stack output that says which tenants the stack holds (stacks/removal_guard.py writes it)."""


@dataclass(frozen=True, kw_only=True)
class PendingOperation:
    """An operation the engine had begun and not ended when it stopped.

    kind: "creating", "updating", "deleting", "reading" or "importing". inputs: of the resource. provider: whose it is,
    `<urn>::<id>`; empty for one without.
    """

    kind: str
    urn: str
    type: str
    inputs: Mapping[str, Any]
    provider: str = ""


@dataclass(frozen=True, kw_only=True)
class StackState:
    """What is recorded of a stack.

    exists: whether the stack was ever made. plan: hash of the plan that was last applied whole, or None. tenants:
    what the stack recorded of each tenant, by id. resources: number of them. protected: number of those the engine
    refuses to delete. stale: it may list what is gone, for a removal was killed. cluster: which control plane it was
    applied to, None where it does not say. clusters: of a foundation, what it says of the clusters it made, by name.
    """

    exists: bool = False
    plan: str | None = None
    tenants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    resources: int = 0
    protected: int = 0
    pending: tuple[PendingOperation, ...] = ()
    stale: bool = False
    cluster: str | None = None
    clusters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class StateReader:
    """Reads states: from the file of a file backend, which costs nothing, else through `pulumi stack export`.

    environment: the variables the engine runs with. folder: where it runs, a project's folder.
    """

    def __init__(self, project: str, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = dict(environment)
        self._folder = folder
        self._project = project
        self._backend = file_backend(environment)

    def read(self, stack: str) -> StackState:
        """State of a stack; one that does not exist for a stack never made."""
        return parse_deployment(self.deployment(stack))

    def deployment(self, stack: str) -> Mapping[str, Any] | None:
        """A stack's deployment as the engine wrote it, secrets encrypted; None for a stack never made."""
        return self._from_file(stack) if self._backend else self._exported(stack)

    def _from_file(self, stack: str) -> Mapping[str, Any] | None:
        assert self._backend is not None  # noqa: S101 - checked by read
        base = self._backend / ".pulumi" / "stacks" / self._project / stack
        for file in (base.with_name(base.name + ".json"), base.with_name(base.name + ".json.gz")):
            try:
                content = file.read_bytes()
            except FileNotFoundError:
                continue
            text = gzip.decompress(content) if file.suffix == ".gz" else content
            checkpoint = json.loads(text).get("checkpoint") or {}
            return checkpoint.get("latest") or {}
        return self._exported(stack) if base.with_name(base.name + ".json.zst").exists() else None

    def _exported(self, stack: str) -> Mapping[str, Any] | None:
        done = subprocess.run(
            ["pulumi", "stack", "export", "--stack", stack, "--non-interactive"],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            return None
        return json.loads(done.stdout).get("deployment") or {}


def parse_deployment(deployment: Mapping[str, Any] | None) -> StackState:
    """The facts of a deployment as the engine writes it; None for a stack that does not exist."""
    if deployment is None:
        return StackState()
    resources = deployment.get("resources") or []
    outputs: Mapping[str, Any] = next(
        (each.get("outputs") or {} for each in resources if each["type"] == "pulumi:pulumi:Stack"), {}
    )
    tenants = outputs.get(TENANTS_OUTPUT)
    pending = tuple(
        PendingOperation(
            kind=each["type"],
            urn=each["resource"]["urn"],
            type=each["resource"]["type"],
            inputs=each["resource"].get("inputs") or {},
            provider=each["resource"].get("provider") or "",
        )
        for each in deployment.get("pending_operations") or []
    )
    plan, cluster, clusters = outputs.get(PLAN_OUTPUT), outputs.get(CLUSTER_OUTPUT), outputs.get("clusters")
    return StackState(
        exists=True,
        plan=plan if isinstance(plan, str) else None,
        tenants=tenants if isinstance(tenants, dict) else {},
        resources=len(resources),
        protected=sum(1 for each in resources if each.get("protect")),
        pending=pending,
        cluster=cluster if isinstance(cluster, str) else None,
        clusters=clusters if isinstance(clusters, dict) else {},
    )


def file_backend(environment: Mapping[str, str]) -> Path | None:
    """Folder of a file backend, or None when states are kept elsewhere."""
    url = urlparse(environment.get("PULUMI_BACKEND_URL", ""))
    return Path(unquote(url.path)).expanduser() if url.scheme == "file" and url.path.startswith("/") else None
