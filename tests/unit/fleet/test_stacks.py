"""Which stacks an environment has, which of them a change affects, and what is refused before any is touched (A7,
I2)."""

import copy
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.onboarding.project import CHECKOUT, ENVIRONMENT, change_one_tenant, make_project
from fleet.engine import Outcome
from fleet.errors import FleetError
from fleet.events import Changes
from fleet.guards import affected, removal_problems
from fleet.schedule import parallelism, run_all
from fleet.stacks import Stack, catalogue_folder, stacks_of
from fleet.state import StackState, parse_deployment
from settings import load_catalogue

TENANTS = 12


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project", TENANTS, workloads=0, shards=3)


def stacks(project: Path) -> dict[str, Stack]:
    catalogue = load_catalogue(catalogue_folder(project, ENVIRONMENT), ENVIRONMENT)
    return {stack.name: stack for stack in stacks_of(catalogue, project)}


def applied(found: dict[str, Stack]) -> dict[str, StackState]:
    """States of stacks that were applied as they are now."""
    return {
        name: StackState(
            exists=True, plan=stack.plan, tenants={tenant: {"lifecycle": "active"} for tenant in stack.tenants}
        )
        for name, stack in found.items()
    }


def edit(file: Path, **values: Any) -> None:
    document = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump({**document, **values}))


def test_a_cluster_of_one_shard_is_one_stack_with_the_configuration_of_the_environment(tmp_path: Path) -> None:
    root = make_project(tmp_path / "p", 2, workloads=0, shards=1)
    found = stacks(root)
    assert list(found) == ["bench"]
    assert found["bench"].file == root / "Pulumi.bench.yaml"
    assert found["bench"].config.layer == "all"
    assert found["bench"].tenants == ("bench-0000", "bench-0001")


def test_the_only_cluster_of_phase_two_has_layers_all_the_same(tmp_path: Path) -> None:
    """H1: its program refers to them by name, whether there are other clusters yet or not."""
    project = make_project(tmp_path / "project", TENANTS, workloads=0, shards=1)
    edit(project / "catalog" / "topology" / f"{ENVIRONMENT}.yaml", phase="two")
    assert list(stacks(project)) == ["bench-bench-platform", "bench-bench-0"]


def test_shards_share_the_tenants_out_and_come_after_the_platform(project: Path) -> None:
    found = stacks(project)
    assert list(found) == ["bench-platform", "bench-bench-0", "bench-bench-1", "bench-bench-2"]
    held = [tenant for stack in found.values() for tenant in stack.tenants]
    assert sorted(held) == [f"bench-{number:04d}" for number in range(TENANTS)]
    generated = yaml.safe_load(found["bench-bench-1"].file.read_text())
    assert generated["config"]["tenantplane:shard"] == "1"
    assert generated["encryptionsalt"].startswith("v1:")


def test_a_salt_that_the_engine_made_for_a_shard_survives(project: Path) -> None:
    edit_base = project / "Pulumi.bench.yaml"
    base = yaml.safe_load(edit_base.read_text())
    del base["encryptionsalt"]
    edit_base.write_text(yaml.safe_dump(base))
    file = stacks(project)["bench-bench-0"].file
    edit(file, encryptionsalt="v1:own")
    stacks(project)
    assert yaml.safe_load(file.read_text())["encryptionsalt"] == "v1:own"


def test_a_changed_tenant_affects_its_shard_alone(project: Path) -> None:
    before = stacks(project)
    states = applied(before)
    assert affected(before.values(), states) == ()
    tenant = change_one_tenant(project)
    after = stacks(project)
    assert [stack.name for stack in affected(after.values(), states)] == [
        name for name, stack in after.items() if tenant in stack.tenants
    ]


def test_a_changed_tier_affects_the_platform_and_the_shards_with_tenants_of_it(project: Path) -> None:
    states = applied(stacks(project))
    tiers = project / "catalog" / "tiers.yaml"
    tiers.write_text(tiers.read_text().replace("requests_per_minute: 1000", "requests_per_minute: 1001", 1))
    if stacks(project)["bench-platform"].plan == states["bench-platform"].plan:  # the figure is a default there
        document = yaml.safe_load(tiers.read_text())
        document["tiers"][0]["title"] += " (new)"
        tiers.write_text(yaml.safe_dump(document))
    after = stacks(project)
    names = {stack.name for stack in affected(after.values(), states)}
    with_tier = {name for name, stack in after.items() if any(_tier(project, each) == "free" for each in stack.tenants)}
    assert names == {"bench-platform", *with_tier}


def _tier(project: Path, tenant: str) -> str:
    return str(yaml.safe_load((project / "catalog" / "tenants" / f"{tenant}.yaml").read_text())["tier"])


def test_a_changed_program_affects_every_stack(project: Path) -> None:
    states = applied(stacks(project))
    with (project / "components" / "objects.py").open("a") as file:
        file.write("\n# changed\n")
    assert len(affected(stacks(project).values(), states)) == 4


def test_the_place_of_the_checkout_affects_nothing(project: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(project, moved)
    assert [stack.plan for stack in stacks(moved).values()] == [stack.plan for stack in stacks(project).values()]


def test_a_stack_that_was_cut_off_or_never_made_is_affected(project: Path) -> None:
    found = stacks(project)
    states = applied(found)
    urn = "urn:pulumi:bench-bench-0::tenantplane::kubernetes:core/v1:Secret::a"
    root = {"urn": "urn:s", "type": "pulumi:pulumi:Stack", "outputs": {"planHash": found["bench-bench-0"].plan}}
    secret = {"urn": urn, "type": "kubernetes:core/v1:Secret", "inputs": {}}
    cut_off = {"resources": [root], "pending_operations": [{"type": "creating", "resource": secret}]}
    states["bench-bench-0"] = parse_deployment(cut_off)
    states["bench-bench-1"] = StackState()
    assert [stack.name for stack in affected(found.values(), states)] == ["bench-bench-0", "bench-bench-1"]


def test_a_tenant_without_a_file_is_refused_unless_its_off_boarding_was_applied(project: Path) -> None:
    states = applied(stacks(project))
    (project / "catalog" / "tenants" / "bench-0003.yaml").unlink()
    found = stacks(project)
    problems = removal_problems(list(found.values()), states)
    assert len(problems) == 1
    assert "tenant 'bench-0003' is active in stack" in problems[0]
    assert "off" in problems[0]
    for name, state in states.items():
        leaving = {key: {"lifecycle": "offboarding"} for key in state.tenants}
        states[name] = StackState(exists=True, plan=state.plan, tenants=leaving)
    assert removal_problems(list(found.values()), states) == []


def test_a_namespace_without_an_entry_is_refused_unless_its_end_was_applied(project: Path) -> None:
    """A6, A7."""
    states = applied(stacks(project))
    found = list(stacks(project).values())
    stack = next(each for each in found if each.tenants)
    tenant = stack.tenants[0]
    for state, expected in (("kept", 1), ("retiring", 0)):
        held = {each: {"lifecycle": "active"} for each in stack.tenants}
        held[tenant]["namespaces"] = {"lab": state}  # type: ignore[assignment]
        states[stack.name] = StackState(exists=True, plan=stack.plan, tenants=held)
        problems = removal_problems(found, states)
        assert len(problems) == expected
        assert all(f"namespace 'lab' of tenant {tenant!r} is kept" in problem for problem in problems)


def test_a_tenant_that_would_change_its_shard_is_refused(project: Path) -> None:
    states = applied(stacks(project))
    file = project / "catalog" / "topology" / "bench.yaml"
    topology = yaml.safe_load(file.read_text())
    topology["clusters"][0]["shards"] = 4
    file.write_text(yaml.safe_dump(topology))
    found = stacks(project)
    states["bench-bench-3"] = StackState()
    problems = removal_problems(list(found.values()), states)
    assert problems
    assert all("would now belong to 'bench-bench-3'" in problem for problem in problems)


def test_an_environment_without_configuration_or_with_that_of_another_is_refused(project: Path) -> None:
    base = project / "Pulumi.bench.yaml"
    edit(base, config={"tenantplane:environment": "local"})
    with pytest.raises(FleetError, match="is for environment 'local'"):
        stacks(project)
    edit(base, config={"tenantplane:environment": "bench", "tenantplane:colour": "red"})
    with pytest.raises(FleetError, match="tenantplane:colour: is not known"):
        stacks(project)
    base.unlink()
    with pytest.raises(FleetError, match=r"Pulumi\.bench\.yaml is missing"):
        stacks(project)


def order_of(found: list[Stack], *, backwards: bool, failing: str = "") -> tuple[list[str], dict[str, str]]:
    """The stacks in the order in which they were run, and the reasons of those that were not."""
    ran: list[str] = []

    def run(stack: Stack) -> Outcome:
        ran.append(stack.name)
        return Outcome(stack=stack, changes=Changes(), exit_code=255 if stack.name == failing else 0)

    outcomes = run_all(found, 1, run, backwards=backwards)
    assert sorted(each.stack.name for each in outcomes) == sorted(stack.name for stack in found)
    return ran, {each.stack.name: each.skipped for each in outcomes if each.skipped}


def test_platforms_come_first_and_go_last(project: Path) -> None:
    found = list(stacks(project).values())
    ran, skipped = order_of(found, backwards=False)
    assert ran[0] == "bench-platform"
    assert sorted(ran[1:]) == ["bench-bench-0", "bench-bench-1", "bench-bench-2"]
    backwards, _ = order_of(found, backwards=True)
    assert backwards[-1] == "bench-platform"
    assert len(backwards) == 4
    assert skipped == {}


def test_the_shards_are_left_out_when_the_platform_failed(project: Path) -> None:
    ran, skipped = order_of(list(stacks(project).values()), backwards=False, failing="bench-platform")
    assert ran == ["bench-platform"]
    assert list(skipped.values()) == ["what it stands on failed"] * 3


def test_a_platform_stays_when_a_shard_on_it_could_not_be_removed(project: Path) -> None:
    ran, skipped = order_of(list(stacks(project).values()), backwards=True, failing="bench-bench-1")
    assert "bench-platform" not in ran
    assert skipped == {"bench-platform": "what stands on it failed"}


def test_one_cluster_s_failure_stops_no_other_cluster(project: Path) -> None:
    """H1: the tenants of a cluster wait for its own platform alone."""
    two_clusters(project)
    ran, skipped = order_of(list(stacks(project).values()), backwards=False, failing="bench-far-platform")
    assert set(skipped) == {"bench-far-0", "bench-far-1"}
    assert {"bench-bench-platform", "bench-bench-0", "bench-bench-1", "bench-bench-2"} < set(ran)


@pytest.mark.parametrize("backwards", [False, True])
def test_a_stack_that_comes_after_another_waits_for_it_and_does_not_stand_on_it(project: Path, backwards: bool) -> None:
    """Aliases of tenants come after the names of clusters, and one region's loss stops nobody elsewhere (H1, H3)."""
    found = stacks(project)
    names = replace(found.pop("bench-platform"), name="bench-entrances")
    shards = [replace(each, needs=(), after=(names.name,)) for each in found.values()]
    ran, _ = order_of([*shards, names], backwards=backwards)
    assert ran.index(names.name) == (len(shards) if backwards else 0)
    ran, skipped = order_of([*shards, names], backwards=backwards, failing=ran[0])
    assert (len(ran), skipped) == (len(shards) + 1, {})


def two_clusters(project: Path, **values: Any) -> None:
    """Give the project's topology a second cluster, of another region, which stands by for the first."""
    file = project / "catalog" / "topology" / "bench.yaml"
    topology = yaml.safe_load(file.read_text())
    first = topology["clusters"][0]
    second = {
        **copy.deepcopy(first),
        "name": "far",
        "region": "eu-west-1",
        "stands_by_for": ["bench"],
        "shards": 2,
        **values,
    }
    file.write_text(yaml.safe_dump({**topology, "phase": "two", "clusters": [first, second | values]}))


def lose(project: Path) -> None:
    """Mark the first cluster as lost."""
    file = project / "catalog" / "topology" / "bench.yaml"
    topology = yaml.safe_load(file.read_text())
    topology["clusters"][0]["lost"] = True
    file.write_text(yaml.safe_dump(topology))


def test_each_cluster_has_a_platform_and_shards_of_its_own(project: Path) -> None:
    """H1."""
    two_clusters(project)
    found = stacks(project)
    assert {name: stack.needs for name, stack in found.items() if stack.config.cluster == "far"} == {
        "bench-far-platform": (),
        "bench-far-0": ("bench-far-platform",),
        "bench-far-1": ("bench-far-platform",),
    }
    assert found["bench-bench-0"].needs == ("bench-bench-platform",)


def test_the_stacks_of_a_lost_cluster_are_not_run_and_lose_nobody(project: Path) -> None:
    """H3: what takes over is affected, and what is lost keeps its record."""
    two_clusters(project)
    for file in (project / "catalog" / "tenants").glob("*.yaml"):
        edit(file, residency=["eu-central-1", "eu-west-1"])
    before = stacks(project)
    states = applied(before)
    lose(project)
    after = stacks(project)
    assert {name for name, stack in after.items() if stack.lost} == {
        "bench-bench-platform",
        *(f"bench-bench-{number}" for number in range(3)),
    }
    live = [stack for stack in after.values() if not stack.lost]
    assert removal_problems(list(after.values()), states) == []
    assert {stack.name for stack in affected(live, states)} == {"bench-far-0", "bench-far-1"}
    assert sorted(tenant for stack in live for tenant in stack.tenants) == sorted(
        tenant for stack in before.values() for tenant in stack.tenants
    )


def test_as_many_stacks_at_once_as_asked_and_never_more_than_there_are() -> None:
    assert parallelism(7, 2, "up") == 7
    assert parallelism(None, 1, "up") == 1
    assert 1 <= parallelism(None, 1000, "up") <= parallelism(None, 1000, "destroy")


def test_the_repository_s_own_environments_have_stacks() -> None:
    catalogue = load_catalogue(CHECKOUT / "catalog", "local")
    assert [stack.name for stack in stacks_of(catalogue, CHECKOUT)] == ["local"]
    staging = stacks_of(load_catalogue(CHECKOUT / "catalog", "staging"), CHECKOUT)
    assert {stack.after for stack in staging if stack.config.has_tenants} == {("staging-entrances",)}
    assert {stack.after for stack in staging if not stack.config.has_tenants} == {()}
