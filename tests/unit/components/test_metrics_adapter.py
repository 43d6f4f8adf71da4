"""The adapter is there where its image is named, and autoscalers go by what it serves and no other (C5, C9)."""

import re
from dataclasses import replace
from typing import Any

import pytest
import yaml

from components.observability.metrics_adapter import NAME, SERVED
from settings import Cluster, TenantPlan, plan_tenants
from settings.alert_mail import AlertMail
from settings.monitoring import EXPORTERS, SCALING, adapter_configuration, requests_per_pod_m
from settings.monitoring.exporters import TENANT_PODS
from stacks.layers import cluster_provider, platform_layer
from tests.unit.components.local_stack import AUTOSCALER, DEPLOYMENT, catalogue, local_stack, plan, rendered
from tests.unit.components.recorder import Recording, record
from tests.unit.components.test_hardening import violations

IMAGE = "registry.example/adapter@sha256:" + "0" * 64
API_SERVICE = "kubernetes:apiregistration.k8s.io/v1:APIService"


def monitored(**images: str | None) -> Cluster:
    """The cluster of `local` with the operator, and with these images of the platform's."""
    (cluster,) = catalogue().topology.clusters
    mail = AlertMail(on_call="on-call@a.example", sender="alerts@a.example", smarthost="mail.a.example")
    changes = {
        "addons": (*cluster.addons, "prometheus-operator"),
        "alerts": mail,
        "images": cluster.images.model_copy(update=images),
    }
    return cluster.model_copy(update=changes)


def platform(cluster: Cluster) -> Recording:
    made = record(
        lambda: (platform_layer(catalogue(), cluster, cluster_provider("local", cluster, "kubeconfig", None)), None)[1]
    )
    assert made.error is None
    return made


def scaler(made: TenantPlan, name: str) -> dict[str, Any]:
    (found,) = (
        each.inputs["spec"] for each in rendered(made).of(AUTOSCALER) if each.inputs["metadata"]["name"] == name
    )
    return dict(found)


def test_without_an_image_nobody_answers_for_metrics() -> None:
    """An APIService that nobody answers for keeps every namespace from being deleted."""
    assert platform(monitored(prometheus=IMAGE)).of(API_SERVICE) == []
    assert local_stack().of(API_SERVICE) == []


def test_it_is_registered_once_it_runs_with_the_rules_of_the_settings() -> None:
    made = platform(monitored(prometheus=IMAGE, metrics_adapter=IMAGE))
    deployment = made.one(DEPLOYMENT, NAME)
    pod = deployment.inputs["spec"]["template"]["spec"]
    assert violations(pod) == ["token", "volume"]  # that of its account, by which it asks, and its rules
    (container,) = pod["containers"]
    assert container["image"] == IMAGE
    assert "--prometheus-url=http://prometheus-operated.tenantplane-system.svc:9090/" in container["args"]
    rules = made.one("kubernetes:core/v1:ConfigMap", f"{NAME}-rules").inputs["data"]["config.yaml"]
    assert yaml.safe_load(rules) == adapter_configuration()
    registered = made.of(API_SERVICE)
    assert {each.inputs["spec"]["group"] for each in registered} == set(SERVED)
    assert all(deployment.urn in each.depends_on for each in registered)


def test_its_rights_are_to_see_pods_and_to_ask_who_asks() -> None:
    made = platform(monitored(prometheus=IMAGE, metrics_adapter=IMAGE))
    (role,) = (each for each in made.of("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole") if NAME in each.name)
    assert {verb for rule in role.inputs["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert {name for rule in role.inputs["rules"] for name in rule["resources"]} == {"namespaces", "pods"}


def test_every_metric_is_of_something_that_is_scraped_under_a_job_of_the_platforms() -> None:
    kept = {each.job: set(each.metrics) for each in EXPORTERS}
    for metric in SCALING:
        rule = metric.rule()
        assert metric.job == TENANT_PODS or metric.series in kept[metric.job]
        for query in (rule["seriesQuery"], rule["metricsQuery"]):
            assert f'job="{metric.job}"' in query
        assert "<<.LabelMatchers>>" in rule["metricsQuery"]  # the namespace is in them
        assert rule["resources"]["overrides"]["namespace"] == {"resource": "namespace"}
        assert "namespaced" not in rule["resources"]


def test_the_pools_go_by_a_metric_that_is_served() -> None:
    asked = {
        metric["external"]["metric"]["name"]
        for each in local_stack().of(AUTOSCALER)
        for metric in each.inputs["spec"]["metrics"]
        if metric["type"] == "External"
    }
    assert asked
    assert asked <= {each.name for each in SCALING if not each.of_pods}


def test_services_go_by_requests_where_they_are_served_and_by_cpu_everywhere() -> None:
    """Asked for where nobody counts it, a metric keeps an autoscaler from ever scaling down."""
    own = plan("pelican-games")
    (workload,) = own.workloads
    assert [each["type"] for each in scaler(own, workload.name)["metrics"]] == ["Resource"]
    served = replace(own, cluster=monitored(prometheus=IMAGE, metrics_adapter=IMAGE))
    cpu, requests = scaler(served, workload.name)["metrics"]
    assert cpu["type"] == "Resource"
    assert requests["pods"]["metric"]["name"] in {each.name for each in SCALING if each.of_pods}
    assert re.fullmatch(r"[1-9]\d*m", requests["pods"]["target"]["averageValue"])


@pytest.mark.parametrize("made", plan_tenants(catalogue()), ids=lambda each: each.tenant.id)
def test_at_the_rate_of_its_tier_a_workload_is_at_its_most(made: TenantPlan) -> None:
    for workload in made.workloads:
        target = requests_per_pod_m(made, workload)
        wanted = made.tier.requests_per_minute * 1000 / 60 / target
        assert workload.max_replicas <= wanted < workload.max_replicas * 1.01
