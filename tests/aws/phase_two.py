"""A phase-two environment on a local AWS of its own, as small as one can be that has every layer."""

import base64
import copy
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import psycopg
import yaml

from bench.onboarding.project import CHECKOUT, ENVIRONMENT, make_project
from fleet.environment import engine_environment
from localcloud import controlplane
from localcloud.aws import start_aws, stop_aws
from localcloud.aws.databases import authority
from localcloud.paths import STATE_VARIABLE
from settings import load_catalogue, names, plan_tenants
from settings.aws.postgres import server_name
from settings.database import database_of
from settings.database.files import SECRET
from tests.engine.two_clusters import ControlPlane
from tests.fixtures_cluster import Kubectl

REGION, CLUSTER = "eu-central-1", "one"
FURTHER, SECOND = "eu-west-1", "two"
"""Where a second cluster is, as small as one can be, to which a tenant moves; the first stands by for it."""
SMALL, OWN = "hedgehog-cli", "northwind-bank"
"""A tenant in what all share, and one with nodes, a key, a bucket and a database of its own."""
FOUNDATION = names.foundation_stack(ENVIRONMENT, REGION)
STACKS = (
    FOUNDATION,
    names.foundation_stack(ENVIRONMENT, FURTHER),
    f"{ENVIRONMENT}-entrances",
    *(f"{ENVIRONMENT}-{cluster}-{layer}" for cluster in (SECOND, CLUSTER) for layer in ("platform", "0")),
)
_POOLS = ("system", "general", "sandbox", "gpu-a100-whole", "northwind")
# The state is written once, at the end: nothing here is killed.
_QUICK = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


@dataclass
class PhaseTwo:
    """The project, and what it is applied to. root: the project's folder. state: of control planes and AWS."""

    root: Path
    state: Path
    endpoint: str = field(init=False, default="")

    @classmethod
    def make(cls, folder: Path) -> "PhaseTwo":
        """A project that was not applied yet, beside an AWS that is empty."""
        made = cls(make_project(folder / "project", 0, workloads=0, shards=1), folder / "state")
        topology = yaml.safe_load((CHECKOUT / "catalog" / "topology" / "staging.yaml").read_text())
        (made.root / "catalog" / "topology" / f"{ENVIRONMENT}.yaml").write_text(
            yaml.safe_dump(_two_clusters(topology), sort_keys=False)
        )
        for tenant in (SMALL, OWN):
            file = Path("catalog", "tenants", f"{tenant}.yaml")
            document = yaml.safe_load((CHECKOUT / file).read_text())
            document.pop("sandboxes", None)
            document |= {"region": REGION, "residency": [REGION, FURTHER] if tenant == SMALL else [REGION]}
            (made.root / file).write_text(yaml.safe_dump(document, sort_keys=False))
        made.endpoint = start_aws(made.state).endpoint
        return made

    def end(self) -> None:
        """Stop everything that was started for it."""
        for name in controlplane.clusters(self.state):
            controlplane.stop(name, state_dir=self.state)
        stop_aws(self.state)
        shutil.rmtree(self.state, ignore_errors=True)

    @property
    def name(self) -> str:
        """What EKS calls the cluster."""
        return names.cloud(ENVIRONMENT, CLUSTER)

    def fleet(self, verb: str, *flags: str, good: bool = True) -> str:
        """A command of fleet; what it printed. AssertionError when it fails, or does not fail where it has to."""
        command = [sys.executable, "-m", "fleet", verb, ENVIRONMENT, *flags, "--project", str(self.root)]
        return _said(command, CHECKOUT, self._environment(), good=good)

    def pulumi(self, *arguments: str, good: bool = True) -> str:
        """A plain command of the engine; what it printed."""
        topology = load_catalogue(self.root / "catalog", ENVIRONMENT).topology
        given = self._environment()
        environment = engine_environment(self.root, topology, given) | {
            "PULUMI_BACKEND_URL": f"file://{self.state}/state"
        }
        return _said(["pulumi", *arguments, "--non-interactive"], self.root, environment, good=good)

    def plain(self, *arguments: str, good: bool = True) -> str:
        """As pulumi, from a shell that has been told what docs/phase-two.md says, and nothing else."""
        told = f'eval "$({sys.executable} -m localcloud env)" && cd "$0" && exec pulumi "$@" --non-interactive'
        given = self._environment() | {"PULUMI_CONFIG_PASSPHRASE": "of another project"}
        return _said(["bash", "-c", told, str(self.root), *arguments], CHECKOUT, given, good=good)

    def client(self, service: str, region: str = REGION) -> Any:
        """boto3, to look at AWS from beside."""
        key = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        return boto3.client(service, endpoint_url=self.endpoint, region_name=region, **key)

    def kill(self, cluster: str) -> None:
        """End a cluster's control plane as a fire would; its Aurora goes on."""
        ControlPlane.of(names.cloud(ENVIRONMENT, cluster), self.state).send(signal.SIGKILL)

    def is_back(self, cluster: str) -> None:
        """Start a control plane that was killed, and take `lost` away from the cluster's topology."""
        controlplane.start(names.cloud(ENVIRONMENT, cluster), state_dir=self.state)
        file = self.root / "catalog" / "topology" / f"{ENVIRONMENT}.yaml"
        file.write_text(re.sub(r"^ *lost: true\n", "", file.read_text(), flags=re.MULTILINE))

    @property
    def kubectl(self) -> Kubectl:
        return self.of(CLUSTER)

    def of(self, cluster: str) -> Kubectl:
        """kubectl on one of the clusters."""
        return Kubectl(self.state / "clusters" / names.cloud(ENVIRONMENT, cluster) / "kubeconfig")

    def credential(self, tenant: str, cluster: str) -> dict[str, str]:
        """What a tenant's pods have to get into its database."""
        read = self.of(cluster)("get", "secret", SECRET, "--namespace", names.namespace(tenant), "-o", "json")
        return {key: base64.b64decode(value).decode() for key, value in json.loads(read)["data"].items()}

    def session(
        self, tenant: str, owner: str, table: str, *, user: str = "", cluster: str = CLUSTER
    ) -> psycopg.Connection:
        """A session of a tenant's service, where one of its tables is. owner: whose the Aurora is that has to answer.
        user: another tenant, whose credential is used instead."""
        held, who = self.credential(tenant, cluster), self.credential(user or tenant, cluster)
        held |= {key: who[key] for key in ("user", "password")}
        region = REGION if cluster == CLUSTER else FURTHER
        plans = plan_tenants(load_catalogue(self.root / "catalog", ENVIRONMENT))
        (plan,) = [each for each in plans if each.tenant.id == tenant]
        (place,) = [each for each in database_of(plan).places if each.table.name == table]
        return psycopg.connect(
            host=held["host"],
            port=held["port"],
            user=held["user"],
            password=held["password"],
            dbname=place.database,
            sslmode=held["sslmode"],
            sslrootcert=str(authority(server_name(ENVIRONMENT, owner), region, self.state)),
            autocommit=True,
        )

    def resources(self, stack: str) -> list[Mapping[str, Any]]:
        """What the state of a stack lists; nothing of one that is not there."""
        (project,) = [each for each in (self.state / "state" / ".pulumi" / "stacks").iterdir() if each.is_dir()]
        file = project / f"{stack}.json"
        latest = json.loads(file.read_text())["checkpoint"]["latest"] if file.is_file() else {}
        return latest.get("resources") or []

    def _environment(self) -> dict[str, str]:
        return {**os.environ, STATE_VARIABLE: str(self.state), **_QUICK}


def _two_clusters(topology: dict[str, Any]) -> dict[str, Any]:
    """The cluster of the strictest tenant, moved to the first region, without controllers that take time to start; and
    one in another region with the least of pools, for a tenant that moves."""
    (base,) = [each for each in topology["clusters"] if each["name"] == "enterprise-west"]
    del base["stands_by_for"], base["mesh"], base["storage"]
    base["addons"] = ["calico-policy"]
    for archive in base["eks"]["runtimes"].values():
        archive["sha256"] = "a" * 64  # of the file's zeros plain YAML makes a number
    clusters = []
    for name, region, tiers, pools in (
        (CLUSTER, REGION, ["free", "enterprise"], _POOLS),
        (SECOND, FURTHER, ["free"], ("system", "sandbox")),
    ):
        made = copy.deepcopy(base) | {"name": name, "region": region, "tiers": tiers}
        made["node_pools"] = [each for each in made["node_pools"] if each["name"] in pools]
        for pool in made["node_pools"]:
            pool |= {"zones": [f"{region}a"], "nodes": pool["min_nodes"] if pool["name"] == "northwind" else 1}
            pool["min_nodes"] = min(pool["min_nodes"], pool["nodes"])
        clusters.append(made)
    clusters[0]["stands_by_for"] = [SECOND]
    clusters[1]["service_ranges"] = ["10.100.0.0/16"]
    regions = [each for each in topology["aws"]["regions"] if each["name"] in (REGION, FURTHER)]
    account = topology["aws"] | {"regions": regions}
    return topology | {"environment": ENVIRONMENT, "domain": "bench.example", "aws": account, "clusters": clusters}


def _said(command: list[str], folder: Path, environment: Mapping[str, str], *, good: bool) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert (done.returncode == 0) == good, done.stdout
    return done.stdout
