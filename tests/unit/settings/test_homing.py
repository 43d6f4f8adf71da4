"""Where a tenant is when its cluster is lost: with the one that stands by, or nowhere, but never out of its residency
(H3, F6)."""

from pathlib import Path

from settings import Catalogue, load_catalogue, plan_tenants
from settings.plan_hash import plan_hash
from settings.stack_config import StackConfig
from tests.unit.settings import small_catalogue
from tests.unit.settings.flip import ACME, TOPOLOGY
from tests.unit.settings.flips_of_clusters import TWO_CLUSTERS

ROOT = Path(__file__).resolve().parents[3]


def loaded(folder: Path, *edits: tuple[str, str, str]) -> Catalogue:
    files = dict(TWO_CLUSTERS)
    for file, old, new in edits:
        assert files[file].count(old) == 1
        files[file] = files[file].replace(old, new)
    return load_catalogue(small_catalogue.write(folder, files), "test")


def homes(catalogue: Catalogue) -> dict[str, str]:
    return {plan.tenant.id: plan.cluster.name for plan in plan_tenants(catalogue)}


LOST = (TOPOLOGY, "  - name: main\n", "  - name: main\n    lost: true\n")


def test_the_tenants_of_a_lost_cluster_are_on_the_one_that_stands_by(tmp_path: Path) -> None:
    assert homes(loaded(tmp_path)) == {"acme": "main", "big-corp": "other"}
    assert homes(loaded(tmp_path, LOST)) == {"acme": "other", "big-corp": "other"}


def test_a_tenant_whose_data_may_not_go_there_stays_where_it_was(tmp_path: Path) -> None:
    at_home_only = (ACME, "residency: [north, south]", "residency: [north]")
    assert homes(loaded(tmp_path, at_home_only, LOST)) == {"acme": "main", "big-corp": "other"}


def test_a_stand_by_that_is_lost_too_takes_nobody(tmp_path: Path) -> None:
    both = (TOPOLOGY, "    stands_by_for: [main]\n", "    stands_by_for: [main]\n    lost: true\n")
    assert homes(loaded(tmp_path, LOST, both)) == {"acme": "main", "big-corp": "other"}


def test_a_stand_by_in_the_same_region_holds_nobody_while_nothing_is_lost(tmp_path: Path) -> None:
    near = (TOPOLOGY, "    region: south\n", "    region: north\n")
    north = ("tenants/big-corp.yaml", "region: south\nresidency:\n  - south", "region: north\nresidency:\n  - north")
    assert homes(loaded(tmp_path, near, north)) == {"acme": "main", "big-corp": "main"}


def test_a_lost_cluster_changes_nothing_for_the_platforms_of_the_others(tmp_path: Path) -> None:
    """I2: what is run after a fail-over is what takes over, and no more."""
    platform = StackConfig(environment="test", layer="platform", cluster="other")
    assert plan_hash(loaded(tmp_path), platform, ROOT) == plan_hash(loaded(tmp_path, LOST), platform, ROOT)


def test_a_stand_by_may_be_lacking_what_a_tenant_never_needs(tmp_path: Path) -> None:
    """Sums are looked at with one cluster lost at a time; a tenant that stays behind counts for nobody else."""
    stays = (ACME, "residency: [north, south]", "residency: [north]")
    much = (
        ACME,
        "budget:\n",
        "quota:\n  reason: They pay for it in gold\n  guaranteed: {cpu: 30, memory: 2Gi}\n"
        "  ceiling: {cpu: 30, memory: 2Gi}\nbudget:\n",
    )
    assert homes(loaded(tmp_path, stays, much)) == {"acme": "main", "big-corp": "other"}


def test_the_sample_tenants_are_in_staging_only_where_their_data_may_be() -> None:
    """F6, H1: three clusters by tier, and one that stands by for the enterprise tier."""
    catalogue = load_catalogue(ROOT / "catalog", "staging")
    for plan in plan_tenants(catalogue):
        assert plan.cluster.region in plan.tenant.residency
        assert plan.tier.id in plan.cluster.tiers
    placed = homes(catalogue)
    assert placed["northwind-bank"] == "enterprise-west"
    assert placed["acme-robotics"] == "enterprise"
    assert set(placed.values()) == {each.name for each in catalogue.topology.clusters}


def test_a_workload_runs_where_its_environments_say(tmp_path: Path) -> None:
    """C3: what the machines of one environment cannot run is left out there, and nothing else of the tenant is."""
    acme = small_catalogue.FILES[ACME]
    elsewhere = acme.replace(
        "    replicas: {min: 1, max: 4}\n", "    replicas: {min: 1, max: 4}\n    environments: [test]\n"
    )
    assert elsewhere != acme
    folder = small_catalogue.write(tmp_path, {**small_catalogue.FILES, ACME: elsewhere})
    topology = folder / "topology" / "test.yaml"
    other = topology.read_text().replace("environment: test", "environment: other")
    (folder / "topology" / "other.yaml").write_text(other)

    def workloads(environment: str) -> dict[str, int]:
        return {plan.tenant.id: len(plan.workloads) for plan in plan_tenants(load_catalogue(folder, environment))}

    assert workloads("test")["acme"] == workloads("other")["acme"] + 1
    assert workloads("test")["big-corp"] == workloads("other")["big-corp"]
