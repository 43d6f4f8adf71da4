"""Two Auroras of one name, in two regions: of the AWS of this machine, and of an account that it plays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from fleet.data import aurora
from fleet.data.aurora import aurora_of
from localcloud.aws import AwsService
from localcloud.aws.databases import authority
from localcloud.aws.provider.session import Session, Settings
from localcloud.controlplane.postgres import DatabaseServer
from settings import Catalogue, Cluster, load_catalogue
from tests.aws.plugin import Plugin, Resource
from tests.unit.components.local_stack import ROOT

OWNER, NAME = "starter", "tp-staging-starter"
ACCOUNT = "210987654321"
REGIONS = ("eu-central-1", "eu-west-1")


def made(plugin: Plugin) -> Resource:
    inputs = {
        "clusterIdentifier": NAME,
        "engine": "aurora-postgresql",
        "engineVersion": "17.5",
        "masterUsername": "tenantplane",
        "manageMasterUserPassword": True,
        "skipFinalSnapshot": True,
    }
    return plugin.create("aws:rds/cluster:Cluster", **inputs)


def cluster_in(catalogue: Catalogue, region: str) -> Cluster:
    return next(each for each in catalogue.topology.clusters if each.region == region)


Servers = tuple[DatabaseServer, DatabaseServer]


@dataclass(frozen=True)
class OnAccount:
    """An environment on an account. variables: what the operator's shell says, as for any account."""

    catalogue: Catalogue
    cluster: Cluster
    variables: dict[str, str]

    def client(self, service: str) -> Any:
        """boto3 with the same."""
        return boto3.client(
            service,
            region_name=self.cluster.region,
            endpoint_url=self.variables["AWS_ENDPOINT_URL"],
            aws_access_key_id=self.variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.variables["AWS_SECRET_ACCESS_KEY"],
        )

    def server(self, **changed: str) -> DatabaseServer | None:
        """As `fleet` finds it. changed: other variables."""
        with pytest.MonkeyPatch.context() as patch:
            for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
                patch.delenv(name, raising=False)
            for name, value in {**self.variables, **changed}.items():
                patch.setenv(name, value)
            aurora._clients_of.cache_clear()
            try:
                return aurora_of(self.catalogue, self.cluster, OWNER)
            finally:
                aurora._clients_of.cache_clear()


@pytest.fixture(scope="session")
def account(aws: AwsService, state_dir: Path) -> Iterator[OnAccount]:
    """Staging on another account than this machine's, with an Aurora in its second region."""
    region = REGIONS[1]
    role = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/runner", "RoleSessionName": "fleet"}
    sts = Session(Settings(aws.endpoint, region)).client("sts")
    key = str(sts.assume_role(**role)["Credentials"]["AccessKeyId"])
    plugin = Plugin(aws.endpoint, region, accessKey=key)
    server = made(plugin)
    assert f":{ACCOUNT}:" in server["arn"]
    here = load_catalogue(ROOT / "catalog", "staging")
    cluster = cluster_in(here, region)
    assert cluster.aurora is not None
    assert here.topology.aws is not None
    signed = cluster.aurora.model_copy(update={"authority": authority(NAME, region, state_dir).read_text()})
    cluster = cluster.model_copy(update={"aurora": signed})
    changed = {"aws": here.topology.aws.model_copy(update={"account": ACCOUNT}), "clusters": (cluster,)}
    catalogue = replace(here, topology=here.topology.model_copy(update=changed))
    variables = {
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": "of-a-role-of-the-local-aws",
    }
    yield OnAccount(catalogue, cluster, variables)
    plugin.delete(server)


@pytest.fixture(scope="session")
def here(aws: AwsService) -> Iterator[Catalogue]:
    """Staging on the AWS of this machine, with an Aurora of its first cluster."""
    plugin = Plugin(aws.endpoint, REGIONS[0])
    server = made(plugin)
    catalogue = load_catalogue(ROOT / "catalog", "staging")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "of-nobody")  # which the AWS of this machine is not asked with
        found = aurora_of(catalogue, cluster_in(catalogue, REGIONS[0]), OWNER)
    assert found is not None
    assert (found.host, found.port) == (server["endpoint"], server["port"]), "the endpoint that stacks have"
    yield catalogue
    plugin.delete(server)


@pytest.fixture
def servers(here: Catalogue, account: OnAccount) -> tuple[DatabaseServer, DatabaseServer]:
    """An Aurora of the same name in each of two regions, as an environment with a stand-by has them: one of the AWS of
    this machine, one of the account."""
    one, other = aurora_of(here, cluster_in(here, REGIONS[0]), OWNER), account.server()
    assert one is not None
    assert other is not None
    return one, other
