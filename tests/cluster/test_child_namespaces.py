"""Namespaces that a tenant has beside its home: one budget, the same guards, nobody else's (A6, B5, C1, D1, E1)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from fleet.reachability import Endpoint
from settings import TenantPlan
from tests.cluster.acting import Caller, pod
from tests.cluster.divided import UNDIVIDED, all_of
from tests.cluster.guarded import World, network_policies
from tests.cluster.queued import Queued, job, jobs
from tests.fixtures_tenancy import Person

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

TENANT, OTHER = "bayview-university", "acme-robotics"
HOME, STAGING, LAB = (f"tenant-{TENANT}{each}" for each in ("", "--staging", "--research-lab"))
CORE = "/api/v1/namespaces"


def sized(name: str, cpu: str) -> dict[str, Any]:
    made = pod(name)
    amounts = {"cpu": cpu, "memory": "16Mi"}
    made["spec"]["containers"][0]["resources"] = {"requests": amounts, "limits": amounts}
    return made


@pytest.fixture
def queued(admin: Caller, person: Person) -> Iterator[dict[str, Queued]]:
    """The Jobs of each namespace, as a developer of the tenant."""
    made = {name: Queued(admin, name, person(TENANT, "developers")) for name in (HOME, STAGING, LAB)}
    yield made
    for each in made.values():
        each.clear()


def test_all_namespaces_and_jobs_together_have_exactly_the_tenants_quota(
    admin: Caller, plans: dict[str, TenantPlan]
) -> None:
    """Of every resource that the API server counts."""
    whole = replace(plans[TENANT].budget.whole, elastic=False).hard()
    assert all_of(admin, plans[TENANT]) == {key: value for key, value in whole.items() if key not in UNDIVIDED}


def test_pods_of_a_child_count_in_its_share_and_not_in_the_homes(admin: Caller, person: Person) -> None:
    developer = person(TENANT, "developers")
    before = admin.get(f"{CORE}/{HOME}/resourcequotas/tenant-standing")["status"]["used"]
    developer.create(f"{CORE}/{STAGING}/pods", sized("fits", "500m"))  # 50m of the runtime on top, of 600m
    try:
        said = developer.refused(
            "exceeded quota: tenant-standing", "POST", f"{CORE}/{STAGING}/pods", sized("over", "100m")
        )
        assert "limited: " in said
        assert "requests.cpu=600m" in said
        developer.create(f"{CORE}/{HOME}/pods", sized("over", "100m"), dry_run=True)
        assert admin.get(f"{CORE}/{HOME}/resourcequotas/tenant-standing")["status"]["used"] == before
    finally:
        admin.delete(f"{CORE}/{STAGING}/pods/fits")


def test_people_of_the_tenant_have_their_roles_in_its_children_and_nobody_else_has_any(person: Person) -> None:
    """B5: the compliant twin first, then the same as somebody else."""
    config = {"metadata": {"name": "flags"}, "data": {"colour": "blue"}}
    path = f"{CORE}/{STAGING}/configmaps"
    person(TENANT, "developers").create(path, config, dry_run=True)
    person(TENANT, "viewers").get(f"{CORE}/{STAGING}/pods")
    person(TENANT, "viewers").refused('cannot create resource "configmaps"', "POST", path, config)
    person(TENANT, "developers").refused('cannot list resource "secrets"', "GET", f"{CORE}/{STAGING}/secrets")
    for role in ("admins", "developers", "viewers"):
        stranger = person(OTHER, role)
        stranger.refused('cannot list resource "pods"', "GET", f"{CORE}/{STAGING}/pods")
        stranger.refused('cannot create resource "configmaps"', "POST", path, config)
        person(TENANT, role).refused('cannot list resource "pods"', "GET", f"{CORE}/tenant-{OTHER}/pods")


def test_a_tenant_makes_no_namespace_and_takes_none_over(person: Person) -> None:
    """A6: the reviewed file is the way; the labels by which policies choose are nobody's to write."""
    own = person(TENANT, "admins")
    forged = {"metadata": {"name": f"{HOME}--mine", "labels": {"tenant": TENANT}}}
    own.refused('cannot create resource "namespaces"', "POST", CORE, forged)
    labels = {"metadata": {"labels": {"tenant": OTHER, "tenantplane.dev/jobs": None}}}
    own.refused('cannot patch resource "namespaces"', "PATCH", f"{CORE}/{STAGING}", labels)
    own.refused('cannot delete resource "namespaces"', "DELETE", f"{CORE}/{STAGING}")
    more = {"spec": {"hard": {"pods": "1000"}}}
    own.refused('cannot patch resource "resourcequotas"', "PATCH", f"{CORE}/{STAGING}/resourcequotas/tenant", more)
    own.refused('cannot delete resource "limitranges"', "DELETE", f"{CORE}/{STAGING}/limitranges/tenant")
    queue = {"metadata": {"name": "own"}, "spec": {"clusterQueue": f"tenant-{OTHER}"}}
    path = f"/apis/kueue.x-k8s.io/v1beta2/namespaces/{STAGING}/localqueues"
    own.refused('cannot create resource "localqueues"', "POST", path, queue)


def test_admission_holds_in_a_child_as_in_the_home(person: Person) -> None:
    """B1, C1, C3, C8: what is chosen by the label of the namespace."""
    developer, path = person(TENANT, "developers"), f"{CORE}/{STAGING}/pods"
    developer.create(path, pod(), dry_run=True)
    developer.refused("the runtimeClassName is not for this kind", "POST", path, pod(runtimeClassName="runc"))
    developer.refused("may have the priority class of its tier", "POST", path, pod(priorityClassName="critical"))
    developer.refused("PodSecurity", "POST", path, pod(hostNetwork=True))
    reviewed = pod()
    reviewed["metadata"]["labels"] = {"tenantplane.dev/workload": "homework-correction"}
    developer.refused("the tenant's file does not list", "POST", path, reviewed)


def test_jobs_of_all_namespaces_draw_on_one_budget_and_wait_when_it_is_used_up(
    admin: Caller, queued: dict[str, Queued], plans: dict[str, TenantPlan]
) -> None:
    """D1: a Job in a child may be larger than all that the child has for itself; the sum is the queue's."""
    queue = plans[TENANT].queue
    assert queue is not None
    most = queue.shares[0].nominal["cpu"] + queue.shares[0].borrowing["cpu"]
    share = plans[TENANT].children[0].quota.guaranteed.cpu_m
    half = most // 2
    assert half > share
    for name in (HOME, STAGING, LAB):
        queued[name].submit(job(f"at-{name[-3:]}", half, priorityClassName="batch"))
    home, staging, lab = (f"at-{name[-3:]}" for name in (HOME, STAGING, LAB))
    queued[HOME].until_running(home)
    queued[STAGING].until_running(staging)
    assert "insufficient" in queued[LAB].until_refused_room(lab)
    used = admin.get(f"{CORE}/{STAGING}/resourcequotas/tenant-standing")["status"]["used"]
    assert used["requests.cpu"] == "0"  # what stands in the child still has all of its share
    queued[HOME].end(home)
    queued[LAB].until_running(lab)
    queued[STAGING].end(staging)
    queued[LAB].end(lab)


def test_a_job_that_the_shared_budget_would_count_wrongly_is_refused(person: Person) -> None:
    """A6, D1: the queue counts requests, and a ResourceQuota leaves to the queue what is of class `batch`."""
    developer = person(TENANT, "developers")
    for namespace in (HOME, STAGING):
        developer.create(jobs(namespace), job("twin", priorityClassName="batch"), dry_run=True)
        developer.refused("set priorityClassName to 'batch'", "POST", jobs(namespace), job("plain"))
        stretched = job("stretched", priorityClassName="batch")
        container = stretched["spec"]["template"]["spec"]["containers"][0]
        container["resources"] = {
            "requests": {"cpu": "50m", "memory": "16Mi"},
            "limits": {"cpu": "2", "memory": "16Mi"},
        }
        developer.refused("requests the same or none", "POST", jobs(namespace), stretched)
        container["resources"] = {"limits": {"memory": "16Mi"}}
        developer.refused("requests the same or none", "POST", jobs(namespace), stretched)
        container["resources"] = {"requests": {"cpu": "0.05"}, "limits": {"cpu": "50m", "memory": "16Mi"}}
        developer.create(jobs(namespace), stretched, dry_run=True)
    gpus = job("gpus", priorityClassName="batch", gpus={"nvidia.com/gpu": "1"}, runtimeClassName="kata-gpu")
    developer.refused("runs in the tenant's first namespace", "POST", jobs(STAGING), gpus)
    person(OTHER, "developers").create(jobs(f"tenant-{OTHER}"), job("elsewhere"), dry_run=True)


def endpoints(plans: dict[str, TenantPlan]) -> dict[str, Endpoint]:
    """A pod in each namespace of the tenant, and one of another tenant."""
    home, other = plans[TENANT], plans[OTHER]
    made = {}
    for index, each in enumerate((home, *home.children, other)):
        labels = {"kubernetes.io/metadata.name": each.namespace, "tenant": each.tenant.id}
        made[each.namespace] = Endpoint(each.namespace, each.namespace, labels, each.labels, f"10.200.0.{index + 1}")
    return made


def test_a_tenants_namespaces_are_closed_to_each_other_and_to_everybody(
    live: World, plans: dict[str, TenantPlan]
) -> None:
    """E1, E2: by the policies that the API server holds."""
    pods, calico = endpoints(plans), live.calico
    for source in pods.values():
        for target in pods.values():
            open_ = calico.reaches(source, target, "TCP", 8080)
            assert open_ == (source.name == target.name), (source.name, target.name)


def test_no_policy_of_a_tenant_opens_a_child_to_another_tenant(live: World, plans: dict[str, TenantPlan]) -> None:
    """E2: with everything allowed by NetworkPolicies, the guard-rails keep a tenant's namespaces together and apart
    from all others."""
    everything: dict[str, Any] = {"ingress": [{}], "egress": [{}]}
    every = [each for plan in plans.values() for each in (plan, *plan.children)]
    opened = replace(live, network_policies=live.network_policies + network_policies(every, **everything))
    pods = endpoints(plans)
    for source in pods.values():
        for target in pods.values():
            same = source.namespace_labels["tenant"] == target.namespace_labels["tenant"]
            assert opened.calico.reaches(source, target, "TCP", 8080) == same, (source.name, target.name)
