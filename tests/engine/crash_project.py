"""A project of real tenants, each with a secret of its own, whose engine a test may kill."""

import base64
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

from bench.onboarding.project import CHECKOUT, ENVIRONMENT, TIERS, make_project, tenant
from fleet.environment import engine_environment
from fleet.events import Changes
from settings import load_catalogue
from tests.fixtures_cluster import Kubectl
from tests.polling import until

PROGRAM = """

import pulumi_kubernetes as kubernetes
import pulumi_random as random
from settings import load_catalogue, plan_tenants

provider = kubernetes.Provider("secrets", kubeconfig=config.kubeconfig, cluster_identifier="secrets",
                               enable_server_side_apply=True, upsert_existing_objects=True)
for plan in plan_tenants(load_catalogue(Path(__file__).resolve().parent / config.catalog, config.environment)):
    vault = f"vault-{plan.tenant.id}"
    namespace = kubernetes.core.v1.Namespace(
        vault, metadata={"name": vault, "labels": plan.labels}, opts=pulumi.ResourceOptions(provider=provider)
    )
    password = random.RandomPassword(f"{plan.tenant.id}-password", length=24)
    kubernetes.core.v1.Secret(
        f"{plan.tenant.id}-secret",
        metadata={"name": "password", "namespace": vault, "labels": plan.labels},
        string_data={"password": password.result},
        opts=pulumi.ResourceOptions(provider=provider, depends_on=[namespace]),
    )
"""
"""Follows the program of the checkout: a password and a Secret with it for each tenant."""

KINDS = (
    "namespaces,resourcequotas,limitranges,serviceaccounts,rolebindings,networkpolicies,secrets,configmaps,deployments,"
    "services,clusterroles,priorityclasses,runtimeclasses,validatingadmissionpolicies,validatingadmissionpolicybindings"
)
OURS = "app.kubernetes.io/part-of=tenantplane"


@dataclass
class CrashProject:
    """The project, its one stack, and the means to run and to kill.

    root: the project's folder. kubectl: of its cluster.
    """

    root: Path
    kubectl: Kubectl
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path, kubectl: Kubectl) -> "CrashProject":
        """A project without tenants on an empty cluster. TENANTPLANE_STATE says where its state goes."""
        root = make_project(folder / "project", 0, workloads=0, shards=1)
        main = root / "__main__.py"
        main.write_text(main.read_text() + PROGRAM)
        settings = root / f"Pulumi.{ENVIRONMENT}.yaml"
        document = yaml.safe_load(settings.read_text())
        document["config"]["tenantplane:kubeconfig"] = str(kubectl.kubeconfig)
        settings.write_text(yaml.safe_dump(document))
        made = cls(root=root, kubectl=kubectl)
        made.write_tenants(1)
        topology = load_catalogue(root / "catalog", ENVIRONMENT).topology
        made.environment = engine_environment(root, topology)
        return made

    def write_tenants(self, count: int, note: str = "", *, tiers: int = 0) -> None:
        """The catalogue: `count` tenants. note: in their display names, so that a new one is an update of each
        namespace. tiers: how far each is moved along the tiers, which changes its quota and limits.
        """
        for number in range(count):
            made = tenant(number, 0)
            made["tier"] = TIERS[(number + tiers) % len(TIERS)]
            made["display_name"] += note
            (self.root / "catalog" / "tenants" / f"{made['id']}.yaml").write_text(yaml.safe_dump(made))

    def fleet(self, *arguments: str) -> str:
        """A command of fleet; what it printed. AssertionError when it fails."""
        done = subprocess.run(self._fleet(*arguments), cwd=CHECKOUT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _fleet(self, verb: str, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "fleet", verb, ENVIRONMENT, "--project", str(self.root), *arguments]

    def fleet_up(self) -> str:
        """`fleet up`; what it printed. AssertionError when it fails."""
        return self.fleet("up", "--no-table", "--no-policies")  # which the namespaces of PROGRAM do not hold

    def killed_fleet_destroy(self) -> int:
        """`fleet destroy`, whose engine is killed once a namespace is gone; how many objects are left."""
        there = self._namespaces()
        with subprocess.Popen(
            self._fleet("destroy", "--yes"), cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            until(
                lambda: self._namespaces() < there or process.poll() is not None,
                "a namespace is gone",
                longest_pause_s=0.1,
            )
            engines = [each for each in psutil.Process(process.pid).children() if each.name() == "pulumi"]
            assert engines, "the removal ended before it could be killed"
            for each in engines:
                each.kill()
            assert process.wait() != 0
        return len(self.server_ids())

    def _namespaces(self) -> int:
        return len(self.kubectl("get", "namespaces", "-l", OURS, "-o", "name").splitlines())

    def pulumi(self, *arguments: str) -> str:
        """A command of the engine; what it printed. AssertionError when it fails."""
        done = subprocess.run(
            ["pulumi", *arguments, "--stack", ENVIRONMENT, "--non-interactive"],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def killed_up(self, after: int, delay_s: float, *, group: bool) -> int:
        """`pulumi up`, killed once `after` operations have begun and `delay_s` more have gone by.

        group: kill the plugins and the program with the engine. Returns how many operations had begun; the run may have
        ended before.
        """
        log = self.root / "events.json"
        log.write_bytes(b"")
        process = subprocess.Popen(
            ["pulumi", "up", "--yes", "--skip-preview", "--stack", ENVIRONMENT, "--event-log", str(log)],
            cwd=self.root,
            env={**self.environment, "PULUMI_DEBUG_COMMANDS": "true"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        changes = Changes()
        rest = b""
        with log.open("rb") as lines:
            while changes.started < after and not ended(process, within_s=0.02):
                *whole, rest = (rest + lines.read()).split(b"\n")
                for line in whole:
                    changes.feed(line.decode())
        if not ended(process, within_s=delay_s):
            (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
        return changes.started

    def state(self) -> dict[str, Any]:
        """The deployment, secrets in clear."""
        return dict(json.loads(self.pulumi("stack", "export", "--show-secrets"))["deployment"])

    def server_ids(self) -> set[str]:
        """`Kind/namespace/name` of every object of ours on the server."""
        listed = json.loads(self.kubectl("get", KINDS, "-A", "-l", OURS, "-o", "json"))["items"]
        return {identity(each) for each in listed if "deletionTimestamp" not in each["metadata"]}

    def owners(self) -> dict[str, set[str]]:
        """By object of ours, who applied it: the names of its field managers that apply, those of its status left
        out."""
        text = self.kubectl("get", KINDS, "-A", "-l", OURS, "-o", "json", "--show-managed-fields")
        made: dict[str, set[str]] = {}
        for each in json.loads(text)["items"]:
            entries = [entry for entry in each["metadata"]["managedFields"] if "subresource" not in entry]
            made[identity(each)] = {entry["manager"] for entry in entries if entry["operation"] == "Apply"}
        return made

    def server_password(self, tenant_id: str) -> str:
        """The password in a tenant's Secret on the server."""
        found = self.kubectl("get", "secret", "password", "-n", f"vault-{tenant_id}", "-o", "jsonpath={.data.password}")
        return base64.b64decode(found).decode()


def ended(process: "subprocess.Popen[bytes]", *, within_s: float) -> bool:
    """Whether a process has ended, or does so in this time."""
    try:
        process.wait(timeout=within_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def identity(manifest: Mapping[str, Any]) -> str:
    """`Kind/namespace/name` of an object."""
    metadata = manifest["metadata"]
    return f"{manifest['kind']}/{metadata.get('namespace', '')}/{metadata['name']}"


def objects(deployment: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The Kubernetes objects that a deployment makes or patches."""
    return [each for each in deployment["resources"] if each["type"].startswith("kubernetes:")]


def passwords(deployment: Mapping[str, Any]) -> dict[str, str]:
    """The password of each tenant, as the state has it."""
    return {
        each["urn"].rsplit("::", 1)[-1].removesuffix("-password"): plain(each["outputs"]["result"])
        for each in deployment["resources"]
        if each["type"] == "random:index/randomPassword:RandomPassword"
    }


def plain(value: Any) -> Any:
    """A value out of the wrapping of a secret."""
    if isinstance(value, dict) and "plaintext" in value:
        return json.loads(value["plaintext"])
    return value


def comparable(deployment: Mapping[str, Any]) -> dict[str, Any]:
    """What two runs of the same catalogue must have in common: each resource's place and what the program asked for."""
    made: dict[str, Any] = {}
    for each in deployment["resources"]:
        # Passwords are made anew in each run.
        inputs = {key: value for key, value in (each.get("inputs") or {}).items() if key not in ("stringData", "data")}
        dependencies = sorted(each.get("dependencies") or [])
        made[each["urn"]] = (each.get("parent"), each.get("protect", False), inputs, dependencies)
    return made


def assert_whole(project: CrashProject, *, pending_allowed: bool = False) -> dict[str, str]:
    """Checks the state against the server after a finished update; the passwords.

    No orphan: every object of ours on the server is in the state. No ghost: every object of the state is on the
    server. No duplicate: no URN and no object twice. No lost secret: state and server have the same passwords.
    Nothing left open.
    """
    deployment = project.state()
    held = Counter(identity(each["inputs"]) for each in objects(deployment))
    urns = Counter(each["urn"] for each in deployment["resources"])
    assert [each for each, count in urns.items() if count > 1] == []
    assert [each for each, count in held.items() if count > 1] == []
    on_server = project.server_ids()
    assert on_server - set(held) == set(), "orphans: on the server, not in the state"
    assert set(held) - on_server == set(), "ghosts: in the state, not on the server"
    if not pending_allowed:
        assert deployment.get("pending_operations", []) == []
    known = passwords(deployment)
    assert known
    for tenant_id, password in known.items():
        assert project.server_password(tenant_id) == password, f"the password of {tenant_id} is lost"
    return known


def seeded() -> tuple[int, random.Random]:
    """The seed of this run, from TENANTPLANE_CRASH_SEED where that is set, and its generator."""
    seed = int(os.environ.get("TENANTPLANE_CRASH_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    return seed, random.Random(seed)  # noqa: S311 - moments, not secrets
