"""The program of test_components: a phase-two environment on AWS, as small as one can be that has every component."""

from dataclasses import replace
from typing import Any

import pulumi_aws as aws

from localcloud.aws.arguments import provider_arguments
from settings import NodePool
from settings.aws import AwsAccount
from tests.unit.components.aws_environment import Environment, environment, program
from tests.unit.settings.test_aws import ACCOUNT, FRANKFURT

POOLS = ("system", "spot", "gpu-a100-mig")
MOTO_ACCOUNT = "123456789012"
"""The account that moto plays."""
OWN_DATABASE = "acme-robotics"


def small(version: str, cluster: str) -> Environment:
    """One region, three pools, two tenants. version: of Kubernetes. cluster: its name."""
    made = environment()
    account: dict[str, Any] = {**ACCOUNT, "account": MOTO_ACCOUNT, "regions": ({**FRANKFURT, "nat": "one"},)}
    changes: dict[str, Any] = {"name": cluster, "node_pools": tuple(_pools(made)), "tiers": ("free", "enterprise")}
    there = made.cluster.model_copy(update=changes)
    topology = made.catalogue.topology.model_copy(update={"clusters": (there,)})
    return replace(
        made,
        account=AwsAccount.model_validate(account),
        eks=made.eks.model_copy(update={"version": version, "karpenter_pools": ()}),
        cluster=there,
        tenants=("hedgehog-cli", OWN_DATABASE),
        catalogue=replace(made.catalogue, topology=topology),
    )


def _pools(made: Environment) -> list[NodePool]:
    """In the first zone, where machines of all these types are to be had, with as few nodes as can be."""
    zones = {"zones": FRANKFURT["zones"][:1], "min_nodes": 0, "nodes": 1}
    return [pool.model_copy(update=zones) for pool in made.cluster.node_pools if pool.name in POOLS]


def run(endpoint: str, version: str, cluster: str) -> None:
    """The program."""

    def local(region: str, _: Environment) -> aws.Provider:
        return aws.Provider(region, **provider_arguments(endpoint, region))

    program(small(version, cluster), local, inside=False)
