"""The Prometheus operator's objects, judged by its own schema on a real API server (G1, G2)."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pulumi
import pytest

from localcloud import controlplane
from settings import Catalogue, TenantPlan, load_catalogue, plan_tenants
from settings.monitoring import EXPORTERS, rule_objects
from settings.monitoring.rules import OF_ALL
from settings.tenant import Alerts
from stacks.layers import cluster_provider, platform_layer, tenants_layer
from tests.cluster.acting import Answer, Caller
from tests.cluster.tenancy_stack import ROOT
from tests.unit.components.recorder import Registered, record
from tests.unit.settings import test_rule_objects as many

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("observability")]

IMAGE = "registry.tenantplane.example/{}@sha256:" + "0" * 64
PLURALS = {
    "AlertmanagerConfig": "alertmanagerconfigs",
    "Alertmanager": "alertmanagers",
    "PodMonitor": "podmonitors",
    "Prometheus": "prometheuses",
    "PrometheusRule": "prometheusrules",
    "ScrapeConfig": "scrapeconfigs",
}
TOLD = "acme-robotics"


@dataclass(frozen=True)
class Made:
    """What the stack `local` makes with the operator in its cluster, and without."""

    monitored: list[Registered]
    others: set[str]
    without: set[str]
    plans: tuple[TenantPlan, ...]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Objects of a kind of the operator."""
        return [each.inputs for each in self.monitored if each.inputs["kind"] == kind]


def _without(catalogue: Catalogue) -> Catalogue:
    (cluster,) = catalogue.topology.clusters
    addons = tuple(each for each in cluster.addons if each != "prometheus-operator")
    topology = {"clusters": (cluster.model_copy(update={"addons": addons, "alerts": None}),)}
    return replace(catalogue, topology=catalogue.topology.model_copy(update=topology))


def _monitored(catalogue: Catalogue) -> Catalogue:
    """With Prometheus and Alertmanager as well."""
    (cluster,) = catalogue.topology.clusters
    run = {"prometheus": IMAGE.format("prometheus"), "alertmanager": IMAGE.format("alertmanager")}
    images = cluster.images.model_copy(update=run)
    topology = catalogue.topology.model_copy(update={"clusters": (cluster.model_copy(update={"images": images}),)})
    told = {"alerts": Alerts(mail=("it@acme.example",))}
    tenants = tuple(each.model_copy(update=told) if each.id == TOLD else each for each in catalogue.tenants)
    return replace(catalogue, topology=topology, tenants=tenants)


def _rendered(catalogue: Catalogue) -> list[Registered]:
    def program() -> None:
        (cluster,) = catalogue.topology.clusters
        provider = cluster_provider("local", cluster, "kubeconfig", None)
        platform = platform_layer(catalogue, cluster, provider)
        pulumi.export("tenants", tenants_layer(plan_tenants(catalogue), provider, platform))

    made = record(program)
    assert made.error is None
    return list(made.resources)


@pytest.fixture(scope="module")
def made() -> Made:
    """Everything that `local` registers, without and with the operator."""
    catalogue = load_catalogue(ROOT / "catalog", "local")
    with_it = _monitored(catalogue)
    everything = _rendered(with_it)
    ours = [each for each in everything if ":monitoring.coreos.com/" in each.type]
    # Providers and components have no `kind`; our own components are counted with what they make.
    others = {each.urn for each in everything if "tenantplane:observability:" not in each.urn}
    without = {each.urn for each in _rendered(_without(catalogue))}
    return Made(monitored=ours, others=others, without=without, plans=plan_tenants(with_it))


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, made: Made) -> Iterator[Caller]:
    """The administrator of a control plane with the operator's kinds, and with the namespaces of the tenants."""
    state = tmp_path_factory.mktemp("monitoring")
    started = controlplane.start("monitoring", [], addons=["prometheus-operator"], state_dir=state)
    try:
        caller = Caller.of(started.kubeconfig)
        for name in {each.inputs["metadata"]["namespace"] for each in made.monitored}:
            caller.create("/api/v1/namespaces", {"metadata": {"name": name}})
        yield caller
    finally:
        controlplane.stop("monitoring", state_dir=state)


def asked(api: Caller, body: dict[str, Any]) -> Answer:
    """What the API server says to the object, with nothing stored and nothing unknown passed over."""
    inside = f"namespaces/{body['metadata']['namespace']}/{PLURALS[body['kind']]}"
    return api.ask("POST", f"/apis/{body['apiVersion']}/{inside}?dryRun=All&fieldValidation=Strict", body)


def plain(inputs: dict[str, Any]) -> dict[str, Any]:
    """The object as it is sent: of the inputs' keys those of the API."""
    body = {"apiVersion": inputs["apiVersion"], **{key: inputs[key] for key in ("kind", "metadata", "spec")}}
    whole: dict[str, Any] = _whole(body)
    return whole


def _whole(value: Any) -> Any:
    """Whole numbers as such: the engine's protocol, and so the recording, has only floating-point ones."""
    if isinstance(value, dict):
        return {key: _whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def test_the_operators_schema_accepts_every_object(api: Caller, made: Made) -> None:
    for each in made.monitored:
        answer = asked(api, plain(each.inputs))
        assert answer.status == 201, f"{each.inputs['kind']} {each.name}: {answer.body}"
    assert {each.inputs["kind"] for each in made.monitored} == PLURALS.keys()


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("Prometheus", "overrideHonorLabels", "yes"),
        ("Prometheus", "enforceNamespaceLabel", "namespace"),
        ("PodMonitor", "sampleLimit", "many"),
        ("PrometheusRule", "groups", [{"name": "x", "rules": [{"record": "a"}]}]),
        ("AlertmanagerConfig", "route", {"receivers": "x"}),
        ("ScrapeConfig", "kubernetesSDConfigs", [{"role": "Pods"}]),
    ],
)
def test_and_refuses_what_is_wrong(api: Caller, made: Made, kind: str, field: str, value: object) -> None:
    body = copy.deepcopy(plain(made.of(kind)[0]))
    body["spec"][field] = value
    assert asked(api, body).status in (400, 422)


def test_the_largest_object_of_rules_is_stored_and_one_of_all_tenants_is_not(api: Caller) -> None:
    """H6: 4,000 tenants of one cluster. What etcd says to the twin is why there are several."""
    ids = [f"tenant-of-the-longest-name-{number:05d}" for number in range(4_000)]
    plans, known = [many.plan(each) for each in ids], {each: many.metered(each, at) for at, each in enumerate(ids)}
    path = "/apis/monitoring.coreos.com/v1/namespaces/tenantplane-system/prometheusrules"

    def stored(groups: list[dict[str, Any]]) -> Answer:
        body = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": {"name": "large"}}
        return api.ask("POST", path, {**body, "spec": {"groups": groups}})

    (whole,) = (groups for name, groups in rule_objects(plans, known, 1 << 30).items() if name != OF_ALL)
    refused = stored(whole)
    assert refused.status in {413, 422, 500}
    assert "too large" in refused.message, refused.message
    answer = stored(max(rule_objects(plans, known).values(), key=lambda groups: len(json.dumps(groups))))
    assert answer.status == 201, answer.message
    api.delete(f"{path}/large")


def test_a_namespace_costs_one_object_and_its_home_one_more_if_it_is_told(made: Made) -> None:
    every = [each for plan in made.plans for each in (plan, *plan.children)]
    assert any(plan.child is not None for plan in every)
    for plan in every:
        own = sorted(each["kind"] for kind in PLURALS for each in made.of(kind) if _is_of(each, plan))
        assert own == (["AlertmanagerConfig", "PodMonitor"] if plan.namespace == f"tenant-{TOLD}" else ["PodMonitor"])


def _is_of(inputs: dict[str, Any], plan: TenantPlan) -> bool:
    return bool(inputs["metadata"]["namespace"] == plan.namespace)


def test_a_cluster_without_the_operator_is_what_it_was(made: Made) -> None:
    assert made.others == made.without


def test_each_exporter_that_the_cluster_has_is_scraped(made: Made) -> None:
    assert {each["spec"]["jobName"] for each in made.of("ScrapeConfig")} == {each.job for each in EXPORTERS}


def test_prometheus_takes_nothing_from_tenants_that_could_pass_for_others(made: Made) -> None:
    (each,) = made.of("Prometheus")
    spec = each["spec"]
    assert spec["enforcedNamespaceLabel"] == "namespace"
    assert all(
        spec[key] is True for key in ("ignoreNamespaceSelectors", "overrideHonorLabels", "overrideHonorTimestamps")
    )
    assert spec["arbitraryFSAccessThroughSMs"] == {"deny": True}
    assert not spec.keys() & {"serviceMonitorSelector", "probeSelector"}, "a selector left out chooses nothing"
    system = {each["metadata"]["namespace"] for each in made.of("ScrapeConfig")}
    assert {each["namespace"] for each in spec["excludedFromEnforcement"]} == system


def test_what_a_tenant_may_send_follows_its_tier(made: Made) -> None:
    for plan in made.plans:
        (spec,) = (each["spec"] for each in made.of("PodMonitor") if _is_of(each, plan))
        assert spec["targetLimit"] == plan.quota.pods
        assert spec["sampleLimit"] * spec["targetLimit"] <= 20_000 or spec["sampleLimit"] == 100
