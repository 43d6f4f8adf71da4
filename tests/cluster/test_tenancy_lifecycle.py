"""The life of a tenant as reviewed changes of a catalogue, with the real engine (A1, A5, A7, I2)."""

import copy
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from fleet.drain import drain_suspended
from fleet.stacks import Stack
from localcloud.controlplane import ControlPlane
from settings import load_catalogue
from settings.quantities import parse_cpu
from settings.stack_config import StackConfig
from tests.cluster.acting import Caller, pod
from tests.cluster.queued import job, jobs
from tests.cluster.tenancy_stack import ROOT, Run, TenancyStack
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.xdist_group("tenancy")]

DIGEST = "sha256:" + "0" * 64


class Life:
    """A catalogue of its own, and the stack of the tenants layer that it is applied with."""

    def __init__(self, folder: Path, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        self.catalog = folder / "catalog"
        shutil.copytree(ROOT / "catalog", self.catalog, ignore=shutil.ignore_patterns("tenants"))
        (self.catalog / "tenants").mkdir()
        with self.topology() as document:
            pools = document["clusters"][0]["node_pools"]
            document["clusters"][0]["node_pools"] = [pool for pool in pools if pool["kind"] != "dedicated"]
        config = {"environment": "local", "layer": "tenants", "catalog": str(self.catalog)}
        self.stack = TenancyStack("lifecycle", folder, config)

    def topology(self) -> "Edit":
        return Edit(self.catalog / "topology" / "local.yaml")

    def tiers(self) -> "Edit":
        return Edit(self.catalog / "tiers.yaml")

    def write(self, tenant: str, **changes: Any) -> None:
        """The tenant's file: tier free, one small workload, unless changed."""
        document = {
            "id": tenant,
            "display_name": tenant.title(),
            "tier": "free",
            "region": "eu-central-1",
            "residency": ["eu-central-1"],
            "groups": {"admins": [f"{tenant}:admins"]},
            "workloads": [
                {
                    "name": "api",
                    "kind": "homework-correction",
                    "image": f"registry.tenantplane.example/app@{DIGEST}",
                    "requests": {"cpu": "50m", "memory": "64Mi"},
                    "limits": {"cpu": "50m", "memory": "64Mi"},
                    "replicas": {"min": 1, "max": 2},
                }
            ],
            "budget": {"monthly_usd": 10},
        }
        (self.catalog / "tenants" / f"{tenant}.yaml").write_text(yaml.safe_dump({**document, **changes}))

    def remove(self, tenant: str) -> None:
        (self.catalog / "tenants" / f"{tenant}.yaml").unlink()


class Edit:
    """Changes a YAML file in place: `with Edit(path) as document: ...`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Any:
        self.document = yaml.safe_load(self.path.read_text())
        return self.document

    def __exit__(self, *_: object) -> None:
        self.path.write_text(yaml.safe_dump(self.document))


@pytest.fixture(scope="module")
def shared_life(
    local_stack: TenancyStack, cluster: ControlPlane, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Life]:
    """A stack beside the `local` one, on whose platform layer its tenants stand."""
    del local_stack
    made = Life(tmp_path_factory.mktemp("life"), cluster.kubeconfig)
    yield made
    made.stack.destroy()


@pytest.fixture
def life(shared_life: Life) -> Life:
    """The stack with two tenants as they are at first, applied; tenants that a test adds stay."""
    shared_life.write("oak-school")
    shared_life.write("elm-school")
    shared_life.stack.up()
    return shared_life


def namespace(caller: Caller, tenant: str) -> dict[str, Any]:
    return caller.get(f"/api/v1/namespaces/tenant-{tenant}")


def objects(caller: Caller, tenant: str) -> dict[str, str]:
    """Identity of everything that makes up a tenant, by path: nothing of it may have been made anew."""
    found = {"": namespace(caller, tenant)["metadata"]["uid"]}
    for group in (
        "api/v1/{}/resourcequotas",
        "api/v1/{}/limitranges",
        "apis/networking.k8s.io/v1/{}/networkpolicies",
        "apis/rbac.authorization.k8s.io/v1/{}/rolebindings",
        "apis/apps/v1/{}/deployments",
    ):
        path = "/" + group.format(f"namespaces/tenant-{tenant}")
        items = caller.get(path)["items"]
        assert items, path
        found |= {f"{path}/{each['metadata']['name']}": each["metadata"]["uid"] for each in items}
    return found


def test_a_second_up_changes_nothing(life: Life) -> None:
    again = life.stack.up("--expect-no-changes")
    assert set(again.changes) == {"unchanged"}


def test_adding_a_tenant_touches_just_that_tenant(life: Life) -> None:
    life.write("ash-school")
    changed = life.stack.changed()
    assert set(changed.values()) == {"create"}
    assert all("ash-school" in urn for urn in changed)
    done = life.stack.up()
    assert set(done.changes) == {"create", "unchanged"}


def test_changing_the_tier_changes_just_that_tenant_and_replaces_nothing(life: Life, admin: Caller) -> None:
    before = {tenant: objects(admin, tenant) for tenant in ("oak-school", "elm-school")}
    life.write("oak-school", tier="team")
    changed = life.stack.changed()
    others = [urn for urn in changed if "oak-school" not in urn and "pulumi:pulumi:Stack" not in urn]
    assert others == []
    assert set(changed.values()) == {"update"}
    life.stack.up()
    quota = admin.get("/api/v1/namespaces/tenant-oak-school/resourcequotas/tenant")["spec"]["hard"]
    assert quota["requests.cpu"] == "4"
    assert {tenant: objects(admin, tenant) for tenant in before} == before


def test_an_active_tenant_cannot_be_removed_and_nothing_of_it_is(life: Life, admin: Caller) -> None:
    before = objects(admin, "oak-school")
    life.remove("oak-school")
    for refused in (life.stack.preview(check=False), life.stack.up(check=False), life.stack.up(check=False)):
        assert refused.code != 0
        assert "a tenant may not be removed (A7)" in refused.said
        assert "tenant 'oak-school' is active in this stack" in refused.said
        assert "first apply `lifecycle: offboarding` with an approval" in refused.said
        assert "Traceback" not in refused.said
    assert objects(admin, "oak-school") == before
    life.write("oak-school")
    assert set(life.stack.up().changes) == {"unchanged"}


def test_a_broken_catalogue_does_not_forget_who_is_there(life: Life, admin: Caller) -> None:
    """A failed update in between must not open the way for a removal."""
    life.write("elm-school", tier="gold")
    assert life.stack.up(check=False).code != 0
    life.write("elm-school")
    life.remove("oak-school")
    assert "may not be removed" in life.stack.up(check=False).said
    assert objects(admin, "oak-school")
    life.write("oak-school")


def test_a_quota_grows_at_once_and_shrinks_only_to_what_is_in_use(life: Life, admin: Caller) -> None:
    """A7: the refusal names what is over, at preview and at update, and changes nothing of what runs."""
    quota = "/api/v1/namespaces/tenant-oak-school/resourcequotas/tenant"
    running = "/api/v1/namespaces/tenant-oak-school/pods"
    wide = {
        "name": "api",
        "kind": "homework-correction",
        "image": f"registry.tenantplane.example/app@{DIGEST}",
        "requests": {"cpu": "500m", "memory": "512Mi"},
        "limits": {"cpu": "500m", "memory": "512Mi"},
        "replicas": {"min": 3, "max": 3},
    }
    life.write("oak-school", tier="team", workloads=[wide])
    life.stack.up()
    until(lambda: admin.get(quota)["status"]["used"]["requests.cpu"] == "1500m", "three pods are counted")
    pods = {each["metadata"]["uid"] for each in admin.get(running)["items"]}

    life.write("oak-school")  # tier free, 500m
    for refused in (life.stack.preview(check=False), life.stack.up(check=False)):
        assert refused.code != 0
        assert "the quota may not shrink below what is in use" in refused.said
        assert "requests.cpu to 500m with 1500m in use" in refused.said
        assert "first bring the use down" in refused.said
    assert admin.get(quota)["spec"]["hard"]["requests.cpu"] == "4"
    assert {each["metadata"]["uid"] for each in admin.get(running)["items"]} == pods

    life.write("oak-school", tier="team")  # the use first: at most two pods of 50m
    life.stack.up()
    until(lambda: admin.get(quota)["status"]["used"]["requests.cpu"] in {"50m", "100m"}, "small pods are counted")
    life.write("oak-school")
    life.stack.up()
    assert admin.get(quota)["spec"]["hard"]["requests.cpu"] == "500m"


def test_a_burst_is_there_until_its_last_day_is_over(life: Life, admin: Caller) -> None:
    """G6: more quota and a larger queue at once; gone with the first update of a later day, and said to be."""
    quota = "/api/v1/namespaces/tenant-elm-school/resourcequotas/tenant"
    queue = "/apis/kueue.x-k8s.io/v1beta2/clusterqueues/tenant-elm-school"
    burst = {"cpu": 2, "memory": "4Gi", "pods": 5, "until": "2030-06-30", "approved_by": "ops@example.org"}

    def now() -> tuple[str, str, int]:
        hard = admin.get(quota)["spec"]["hard"]
        flavors = admin.get(queue)["spec"]["resourceGroups"][0]["flavors"]
        cpu = [each["nominalQuota"] for flavor in flavors for each in flavor["resources"] if each["name"] == "cpu"]
        return hard["requests.cpu"], hard["pods"], sum(parse_cpu(each) for each in cpu)

    life.write("elm-school", tier="team")
    life.stack.up()
    before = now()
    assert before[:2] == ("4", "40")
    try:
        life.stack.environment["TENANTPLANE_TODAY"] = "2030-06-30"
        life.write("elm-school", tier="team", burst={**burst, "reason": "Order EL-1, the launch"})
        life.stack.up()
        assert now() == ("6", "45", before[2] + 2000)

        life.stack.environment["TENANTPLANE_TODAY"] = "2030-07-01"
        life.stack.up()
        assert now() == before
    finally:
        del life.stack.environment["TENANTPLANE_TODAY"]
    life.write("elm-school")


def test_suspending_stops_the_pods_and_the_traffic_and_resuming_starts_them(life: Life, admin: Caller) -> None:
    """A7: what the platform made is at zero, what people had made ends, nothing new begins, the data stays."""
    home, before = "namespaces/tenant-oak-school", objects(admin, "oak-school")
    deployment = f"/apis/apps/v1/{home}/deployments/api"
    scalers = f"/apis/autoscaling/v2/{home}/horizontalpodautoscalers"
    pods, traffic = f"/api/v1/{home}/pods", f"/apis/networking.k8s.io/v1/{home}/networkpolicies/tenant-traffic"
    guard = "/apis/projectcalico.org/v3/globalnetworkpolicies/tenantplane-guardrails.tenant-oak-school"
    admin.create(f"/api/v1/{home}/secrets", {"metadata": {"name": "kept"}, "stringData": {"key": "value"}})
    admin.create(pods, pod("their-own"))
    openings = admin.get(traffic)["spec"]
    assert openings["ingress"]
    assert openings["egress"]

    life.write("oak-school", lifecycle="suspended")
    life.stack.up()
    catalogue = load_catalogue(life.catalog, "local")
    suspended = Stack(
        name="lifecycle",
        config=StackConfig(environment="local", kubeconfig=str(life.kubeconfig)),
        file=life.stack.file,
        tenants=("elm-school", "oak-school"),
        plan="",
    )
    until(
        lambda: [each["metadata"]["name"] for each in admin.get(pods)["items"]] == ["their-own"],
        "the platform's pods have ended",
    )
    assert drain_suspended(catalogue, [suspended], ROOT) == {"oak-school": 1}
    until(lambda: not admin.get(pods)["items"], "no pod is left")
    assert drain_suspended(catalogue, [suspended], ROOT) == {}
    assert admin.get(deployment)["spec"]["replicas"] == 0
    assert admin.get(scalers)["items"] == []
    assert "exceeded quota" in admin.ask("POST", pods, pod("another")).message
    closed = admin.get(traffic)["spec"]
    assert closed["policyTypes"] == ["Ingress", "Egress"]
    assert not closed.get("ingress")
    assert not closed.get("egress")
    rails = admin.get(guard)["spec"]
    assert rails["ingress"] == rails["egress"] == [{"action": "Deny"}]
    assert admin.get(f"/api/v1/{home}/secrets/kept")["data"]

    life.write("oak-school")
    life.stack.up()
    assert admin.get(deployment)["status"]["readyReplicas"] == 1
    assert len(admin.get(scalers)["items"]) == 1
    assert admin.get(traffic)["spec"] == openings
    assert objects(admin, "oak-school") == before


def test_off_boarding_takes_an_approved_change_and_then_the_removal(life: Life, admin: Caller) -> None:
    life.write("oak-school", lifecycle="offboarding")
    unapproved = life.stack.up(check=False)
    assert "lifecycle offboarding has no approval" in unapproved.said
    approval = {"approved_by": "ops@example.org", "final_snapshot": "snap-1", "reason": "The contract has ended"}
    life.write("oak-school", lifecycle="offboarding", offboarding=approval)
    life.stack.up()
    assert namespace(admin, "oak-school")["status"]["phase"] == "Active"
    neighbour = objects(admin, "elm-school")
    life.remove("oak-school")
    done = life.stack.up()
    assert set(done.changes) == {"delete", "unchanged"}
    assert admin.ask("GET", "/api/v1/namespaces/tenant-oak-school").status == 404
    assert objects(admin, "elm-school") == neighbour


def test_a_new_tier_needs_no_code(life: Life, admin: Caller) -> None:
    """A5."""
    with life.tiers() as document:
        (free,) = (tier for tier in document["tiers"] if tier["id"] == "free")
        document["tiers"].append({**copy.deepcopy(free), "id": "micro", "title": "Micro", "pods": 3})
    with life.topology() as document:
        document["clusters"][0]["tiers"].append("micro")
    life.write("fig-school", tier="micro", workloads=[])
    life.stack.up()
    quota = admin.get("/api/v1/namespaces/tenant-fig-school/resourcequotas/tenant")["spec"]["hard"]
    assert quota["pods"] == "3"


def test_every_mistake_of_a_catalogue_is_told_at_once_and_nothing_is_touched(life: Life) -> None:
    """A1: file, line, what is allowed; before any resource."""
    life.write("oak-school", tier="gold", region="moon")
    life.write("elm-school", budget={"monthly_usd": -1}, colour="red")
    said: Run = life.stack.up(check=False)
    assert said.code != 0
    for part in (
        "mistakes; nothing was changed:",
        "tenants/oak-school.yaml:",
        "gold",
        "moon",
        "tenants/elm-school.yaml:",
        "monthly_usd",
        "colour",
        "allowed:",
    ):
        assert part in said.said, part
    assert "Traceback" not in said.said
    assert not set(said.changes) & {"create", "update", "delete", "replace"}
    life.write("oak-school")
    life.write("elm-school")


def test_the_whole_stack_is_destroyed_though_a_job_runs(life: Life, admin: Caller) -> None:
    """A7, D1: a queue with an admitted Job cannot be deleted; it outlives the namespace that the Job ends with."""
    where = jobs("tenant-elm-school")
    admin.create(where, job("running"))
    until(lambda: admin.get(f"{where}/running")["status"].get("active"), "the Job runs")
    life.stack.destroy()
    assert admin.ask("GET", "/api/v1/namespaces/tenant-elm-school").status == 404
    assert admin.ask("GET", "/apis/kueue.x-k8s.io/v1beta2/clusterqueues/tenant-elm-school").status == 404
