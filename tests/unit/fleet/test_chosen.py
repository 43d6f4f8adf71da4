"""Which stacks a run is about: those that are named, and what they stand on (H1)."""

import shutil
from pathlib import Path

import pytest

from bench.onboarding.project import CHECKOUT
from fleet.errors import FleetError
from fleet.run import Fleet, Scope
from fleet.stacks import stacks_of
from fleet.state import StackState
from settings import load_catalogue

FOUNDATIONS = {f"staging-{region}-foundation" for region in ("eu-central-1", "eu-west-1", "us-east-1")}


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """The environment `staging`, of which nothing was applied."""
    for name in ("Pulumi.yaml", "Pulumi.staging.yaml"):
        shutil.copy(CHECKOUT / name, tmp_path / name)
    made = Fleet.__new__(Fleet)
    made.catalogue = load_catalogue(CHECKOUT / "catalog", "staging")
    made.stacks = stacks_of(made.catalogue, tmp_path)
    made.states = {stack.name: StackState() for stack in made.stacks}
    return made


def chosen(fleet: Fleet, scope: Scope) -> list[str]:
    return [stack.name for stack in fleet.chosen(scope)]


def test_all_of_an_environment_begins_with_what_the_rest_stands_on(fleet: Fleet) -> None:
    names = chosen(fleet, Scope())
    assert set(names[:3]) == FOUNDATIONS
    assert names[3] == "staging-entrances"
    assert len(names) == 4 + 4 + 6


def test_a_cluster_brings_its_foundation_and_the_first_one(fleet: Fleet) -> None:
    assert chosen(fleet, Scope(cluster="team")) == [
        "staging-eu-central-1-foundation",
        "staging-us-east-1-foundation",
        "staging-team-platform",
        "staging-team-0",
        "staging-team-1",
    ]


def test_a_tenant_brings_its_platform_and_its_foundation(fleet: Fleet) -> None:
    assert chosen(fleet, Scope(tenant="northwind-bank")) == [
        "staging-eu-central-1-foundation",
        "staging-eu-west-1-foundation",
        "staging-enterprise-west-platform",
        "staging-enterprise-west-0",
    ]


def test_who_is_not_there_is_refused(fleet: Fleet) -> None:
    with pytest.raises(FleetError, match="tenant 'nobody' is in no stack"):
        fleet.chosen(Scope(tenant="nobody"))
    with pytest.raises(FleetError, match="cluster 'moon' is not in the topology; allowed: starter, team"):
        fleet.chosen(Scope(cluster="moon"))
