"""Phase one refuses what is wrong before it registers anything, and holds what its configuration names (A1, A7, H1)."""

import shutil
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime.invoke import invoke

from settings.stack_config import parse_stack_config
from stacks import references
from stacks.program import program
from stacks.removal_guard import unapproved_removals
from tests.unit.components.local_stack import ROOT, catalogue, plan
from tests.unit.components.recorder import Recording, record


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with the repository's catalogue and a kubeconfig of a local cluster."""
    shutil.copytree(ROOT / "catalog", tmp_path / "catalog")
    kubeconfig = tmp_path / ".localcloud" / "clusters" / "local" / "kubeconfig"
    kubeconfig.parent.mkdir(parents=True)
    kubeconfig.touch()
    return tmp_path


@pytest.fixture(autouse=True)
def _default_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TENANTPLANE_STATE", raising=False)


def run(project: Path, previous: dict[str, Any] | None = None, **values: str) -> Recording:
    config = parse_stack_config({"environment": "local", **values})
    return record(lambda: program(config, project), previous)


def refusal(recording: Recording) -> str:
    """The words of a refusal, which came before any resource."""
    assert isinstance(recording.error, pulumi.RunError), recording.error
    assert recording.resources == []
    return str(recording.error)


def recorded(*tenants: str, lifecycle: str = "active") -> dict[str, Any]:
    return {"tenants": {tenant: {"namespace": f"tenant-{tenant}", "lifecycle": lifecycle} for tenant in tenants}}


def test_all_of_an_environment_is_one_stack(project: Path) -> None:
    made = run(project)
    assert made.error is None
    assert len(made.of("tenantplane:tenancy:Tenant")) == len(catalogue().tenants)
    assert made.of("tenantplane:security:TenantRoles")
    assert set(made.outputs["tenants"]) == {tenant.id for tenant in catalogue().tenants}


def test_the_provider_names_the_cluster_and_no_credentials(project: Path) -> None:
    (provider,) = run(project).of("pulumi:providers:kubernetes")
    assert provider.inputs["clusterIdentifier"] == "local-local"
    assert provider.inputs["kubeconfig"] == ".localcloud/clusters/local/kubeconfig"
    assert provider.inputs["enableServerSideApply"] == "true"


def test_a_platform_stack_has_no_tenants_and_a_tenants_stack_no_platform(project: Path) -> None:
    platform, tenants = run(project, layer="platform"), run(project, layer="tenants")
    assert (platform.error, tenants.error) == (None, None)
    assert not platform.of("tenantplane:tenancy:Tenant")
    assert "tenants" not in platform.outputs
    assert not tenants.of("tenantplane:security:TenantRoles")
    both = {each.urn for each in platform.resources} | {each.urn for each in tenants.resources}
    assert both == {each.urn for each in run(project).resources}


def test_shards_share_the_tenants_out_and_lose_none(project: Path) -> None:
    topology = project / "catalog" / "topology" / "local.yaml"
    document = yaml.safe_load(topology.read_text())
    document["clusters"][0]["shards"] = 3
    topology.write_text(yaml.safe_dump(document))
    held = [set(run(project, layer="tenants", shard=str(shard)).outputs["tenants"]) for shard in range(3)]
    assert sorted(tenant for each in held for tenant in each) == [tenant.id for tenant in catalogue().tenants]
    assert "tenantplane:shard: 3 is not a shard; allowed: 0 to 2" in refusal(run(project, layer="tenants", shard="3"))


def test_every_mistake_of_the_catalogue_is_a_line_of_one_error(project: Path) -> None:
    for name, line in (("acme-robotics", "tier: gold"), ("pelican-games", "tier: silver")):
        path = project / "catalog" / "tenants" / f"{name}.yaml"
        path.write_text(
            "".join(line + "\n" if each.startswith("tier:") else each + "\n" for each in path.read_text().splitlines())
        )
    said = refusal(run(project)).splitlines()
    assert said[0] == "the catalogue 'catalog' has 2 mistakes; nothing was changed:"
    assert said[1].startswith("  tenants/acme-robotics.yaml:")
    assert said[2].startswith("  tenants/pelican-games.yaml:")
    assert all("allowed: " in each for each in said[1:])


def test_a_cluster_that_does_not_run_is_said_with_the_way_to_start_it(project: Path) -> None:
    shutil.rmtree(project / ".localcloud")
    assert "start it with `python -m localcloud start local`" in refusal(run(project))


def test_an_unknown_cluster_is_refused_with_those_there_are(project: Path) -> None:
    said = refusal(run(project, cluster="mars"))
    assert said == "tenantplane:cluster: 'mars' is not in the topology; allowed: local"


def test_a_tenant_that_left_the_catalogue_is_not_removed(project: Path) -> None:
    made = run(project, recorded("acme-robotics", "gone-school"))
    assert refusal(made).splitlines() == [
        "a tenant may not be removed (A7):",
        "  tenant 'gone-school' is active in this stack, not in the catalogue; allowed: put its file back, or first "
        "apply `lifecycle: offboarding` with an approval and then remove it",
    ]


def test_a_tenant_whose_off_boarding_was_applied_may_go(project: Path) -> None:
    assert run(project, recorded("gone-school", lifecycle="offboarding")).error is None


@pytest.mark.parametrize("values", [{}, {"cluster": "mars"}, {"catalog": "nowhere"}])
def test_a_failed_run_keeps_the_record_of_who_is_there(project: Path, values: dict[str, str]) -> None:
    """The SDK writes the outputs of a failed run as well: without the record, the next run would remove the tenant."""
    before = recorded("gone-school")
    made = run(project, before, **values)
    assert made.error is not None
    assert made.outputs["tenants"] == before["tenants"]


def test_a_suspended_tenant_is_not_off_boarded() -> None:
    assert unapproved_removals(recorded("a-school", lifecycle="suspended")["tenants"], []) != []
    assert (
        unapproved_removals(recorded("pelican-games", lifecycle="suspended")["tenants"], [plan("pelican-games")]) == []
    )
    assert unapproved_removals({}, [plan("pelican-games")]) == []


@pytest.mark.parametrize("state", ["kept", "retiring"])
def test_a_namespace_that_left_its_tenants_file_goes_only_when_its_end_was_applied(project: Path, state: str) -> None:
    """A6, A7: its data would be lost."""
    before = recorded("bayview-university")
    before["tenants"]["bayview-university"]["namespaces"] = {"gone": state, "staging": "kept"}
    made = run(project, before)
    if state == "retiring":
        assert made.error is None
        return
    assert refusal(made).splitlines()[1:] == [
        "  namespace 'gone' of tenant 'bayview-university' is kept in this stack, not in the tenant's file; allowed: "
        "put it back, or first apply `retire` with an approval on its entry and then remove it"
    ]


def test_the_namespaces_of_an_off_boarding_tenant_need_no_approval_of_their_own(project: Path) -> None:
    before = recorded("bayview-university", lifecycle="offboarding")
    before["tenants"]["bayview-university"]["namespaces"] = {"gone": "kept"}
    assert run(project, before).error is None


def test_a_read_of_the_state_in_the_middle_of_a_write_is_tried_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen with the file backend: the engine records the begin of the update while the program reads the last one."""
    real, failures = invoke, ["failed to load checkpoint: EOF"] * 2

    def flaky(*args: Any, **kwargs: Any) -> Any:
        if failures:
            raise Exception(failures.pop())
        return real(*args, **kwargs)

    monkeypatch.setattr(references, "invoke", flaky)
    assert "gone-school" in refusal(run(project, recorded("gone-school")))
    assert failures == []


def test_a_state_that_cannot_be_read_stops_the_update(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the record nobody knows whether a tenant would be lost."""

    def broken(*_: Any, **__: Any) -> Any:
        raise Exception("no such bucket")

    monkeypatch.setattr(references, "invoke", broken)
    monkeypatch.setattr(references, "READ_S", 0.0)
    said = refusal(run(project))
    assert said == "the state of stack organization/tenantplane/test cannot be read: no such bucket"
