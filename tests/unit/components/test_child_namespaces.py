"""A namespace that a tenant has beside its home is guarded like it, and draws on the same budget (A6, A7, B5, E1)."""

from functools import cache

from components.network.tenant_network import allowed_traffic
from settings import Offboarding, TenantPlan
from settings.monitoring.exporters import METRICS_PORT, SCRAPER
from settings.namespaces import Namespaces
from tests.unit.components.local_stack import DEPLOYMENT, NAMESPACE, local_stack, plan, rendered
from tests.unit.components.recorder import Recording

TENANT = "bayview-university"
HOME, STAGING, LAB = f"tenant-{TENANT}", f"tenant-{TENANT}--staging", f"tenant-{TENANT}--research-lab"
QUOTA = "kubernetes:core/v1:ResourceQuota"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
LOCAL_QUEUE = "kubernetes:kueue.x-k8s.io/v1beta2:LocalQueue"
CLUSTER_QUEUE = "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue"
APPROVAL = Offboarding(approved_by="ops@tenantplane.example", final_snapshot="snap-1", reason="The term has ended")


@cache
def made() -> Recording:
    return rendered(plan(TENANT))


def kinds(namespace: str, recording: Recording) -> list[tuple[str, str]]:
    """Type and name of what lies in a namespace, sorted."""
    found = (
        (each.type, each.inputs["metadata"]["name"])
        for each in recording.resources
        if each.inputs.get("metadata", {}).get("namespace") == namespace
    )
    return sorted(found)


def retired(*names: str) -> TenantPlan:
    """The tenant's plan with the end of some of its namespaces approved."""
    namespaces = plan(TENANT).tenant.namespaces
    assert namespaces is not None
    children = tuple(
        each.model_copy(update={"retire": APPROVAL}) if each.name in names else each for each in namespaces.children
    )
    return plan(TENANT, namespaces=namespaces.model_copy(update={"children": children}))


def connected() -> TenantPlan:
    namespaces = plan(TENANT).tenant.namespaces
    assert isinstance(namespaces, Namespaces)
    return plan(TENANT, namespaces=namespaces.model_copy(update={"connected": True}))


def test_a_child_has_all_that_guards_a_home_and_none_of_its_workloads() -> None:
    home, staging = kinds(HOME, made()), kinds(STAGING, made())
    guards = [
        (kind, name)
        for kind, name in home
        if not kind.startswith(
            ("kubernetes:apps/", "kubernetes:autoscaling/", "kubernetes:policy/", "kubernetes:gateway")
        )
        and kind not in ("kubernetes:core/v1:Service", "kubernetes:core/v1:Secret")
    ]
    assert staging == guards == kinds(LAB, made())
    assert len(staging) > 8
    assert not [each for each in staging if each[0] == DEPLOYMENT]


def test_the_namespaces_of_a_tenant_are_protected_and_carry_the_label_that_policies_choose_by() -> None:
    for name in (HOME, STAGING, LAB):
        (namespace,) = [each for each in made().of(NAMESPACE) if each.inputs["metadata"]["name"] == name]
        assert namespace.protect
        labels = namespace.inputs["metadata"]["labels"]
        assert labels["tenant"] == TENANT
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
        assert labels["tenantplane.dev/jobs"] == "shared"


def test_the_same_groups_have_the_same_roles_in_every_namespace_of_the_tenant() -> None:
    by_namespace = {
        name: sorted(
            (each.inputs["roleRef"]["name"], each.inputs["subjects"][0]["name"])
            for each in made().of(BINDING)
            if each.inputs["metadata"]["namespace"] == name
        )
        for name in (HOME, STAGING)
    }
    assert by_namespace[STAGING] == by_namespace[HOME] != []


def test_one_queue_takes_the_jobs_of_all_namespaces() -> None:
    """D1: the queue knows the sum that no ResourceQuota does."""
    queues = made().of(CLUSTER_QUEUE)
    assert [each.inputs["metadata"]["name"] for each in queues] == [HOME]
    local = {each.inputs["metadata"]["namespace"]: each.inputs for each in made().of(LOCAL_QUEUE)}
    assert set(local) == {HOME, STAGING, LAB}
    assert {each["spec"]["clusterQueue"] for each in local.values()} == {HOME}
    assert {each["metadata"]["name"] for each in local.values()} == {"default"}


def test_children_are_closed_to_the_home_and_have_neither_its_database_nor_its_gateway() -> None:
    home, staging = plan(TENANT), plan(TENANT).children[0]
    own, scraped = allowed_traffic(staging)["ingress"]
    assert own == {"from_": [{"pod_selector": {}}], "ports": [{"protocol": "TCP", "port": 8080}]}
    assert scraped["ports"] == [{"protocol": "TCP", "port": METRICS_PORT}]
    assert [each["pod_selector"]["match_labels"] for each in scraped["from_"]] == [SCRAPER]
    ports = [port["port"] for each in allowed_traffic(staging)["egress"] for port in each["ports"]]
    assert ports == [8080, 53, 53]
    assert [port["port"] for each in allowed_traffic(home)["egress"] for port in each["ports"]] == [8080, 53, 53, 5432]
    assert len(allowed_traffic(home)["ingress"][0]["from_"]) == 2


def test_a_tenant_that_says_so_connects_its_namespaces_by_a_label_no_tenant_may_write() -> None:
    own = {"namespace_selector": {"match_labels": {"tenant": TENANT}}}
    for each in (connected(), *connected().children):
        traffic = allowed_traffic(each)
        assert traffic["ingress"][0]["from_"][0] == own
        assert traffic["egress"][0] == {"to": [own], "ports": [{"protocol": "TCP", "port": 8080}]}


def test_an_approved_end_unprotects_one_namespace_and_lets_nothing_run_in_it() -> None:
    """A7."""
    recording = rendered(retired("staging"))
    protected = {each.inputs["metadata"]["name"]: each.protect for each in recording.of(NAMESPACE)}
    assert (protected[HOME], protected[STAGING], protected[LAB]) == (True, False, True)
    pods = {
        each.inputs["metadata"]["namespace"]: each.inputs["spec"]["hard"]["pods"]
        for each in recording.of(QUOTA)
        if each.inputs["metadata"]["name"] == "tenant"
    }
    assert pods[STAGING] == "0"
    assert "0" not in (pods[LAB], pods[HOME])
    assert recording.outputs["tenants"][TENANT]["namespaces"] == {"staging": "retiring", "research-lab": "kept"}


def test_an_off_boarding_tenant_lets_all_of_its_namespaces_go_and_a_suspended_one_none() -> None:
    leaving = rendered(plan(TENANT, lifecycle="offboarding", offboarding=APPROVAL))
    suspended = rendered(plan(TENANT, lifecycle="suspended"))
    for recording, kept in ((leaving, False), (suspended, True)):
        namespaces = {each.inputs["metadata"]["name"]: each.protect for each in recording.of(NAMESPACE)}
        assert {namespaces[name] for name in (HOME, STAGING, LAB)} == {kept}
        quotas = [each.inputs["spec"]["hard"] for each in recording.of(QUOTA)]
        assert [each["pods"] for each in quotas if "pods" in each] == ["0", "0", "0"]
        for policy in recording.of("kubernetes:networking.k8s.io/v1:NetworkPolicy"):
            if policy.inputs["metadata"].get("namespace") == STAGING:
                assert not policy.inputs["spec"].get("egress")


def test_a_tenant_without_further_namespaces_has_nothing_of_this() -> None:
    for each in local_stack().resources:
        if each.type == "tenantplane:tenancy:ChildNamespace":
            assert each.urn.rsplit("::", 1)[-1].startswith(TENANT)
    assert "namespaces" not in local_stack().outputs["tenants"]["acme-robotics"]
