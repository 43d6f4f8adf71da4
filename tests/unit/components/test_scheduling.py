"""What steers the scheduler from within a cluster, as it is rendered (D5, C4)."""

from typing import Any

import yaml

from settings.descheduling import LEAST_USE, descheduler_policy
from stacks.layers import cluster_provider, platform_layer
from tests.unit.components.local_stack import DEPLOYMENT, catalogue, local_stack
from tests.unit.components.recorder import Recording, record
from tests.unit.components.test_hardening import violations

IMAGE = "registry.example/descheduler@sha256:" + "1" * 64


def platform(**images: str | None) -> Recording:
    cluster = catalogue().topology.clusters[0]
    changed = cluster.model_copy(update={"images": cluster.images.model_copy(update=images)})

    def program() -> None:
        platform_layer(catalogue(), changed, cluster_provider("local", changed, "kubeconfig", None))

    made = record(program)
    if made.error is not None:
        raise made.error
    return made


def test_placeholders_are_hardened_lowest_and_waited_for_by_nobody() -> None:
    made = {each.name: each.inputs for each in local_stack().of(DEPLOYMENT) if each.name.startswith("placeholder-")}
    assert sorted(made) == ["placeholder-cpu", "placeholder-sandbox"]
    for inputs in made.values():
        pod = inputs["spec"]["template"]["spec"]
        assert violations(pod) == []
        assert pod["priorityClassName"] == "placeholder"
        assert pod["terminationGracePeriodSeconds"] == 0
        assert inputs["metadata"]["annotations"] == {"pulumi.com/skipAwait": "true"}


def test_without_an_image_there_is_nothing() -> None:
    assert not local_stack().of("tenantplane:scheduling:Descheduler")
    assert not platform(pause=None).of("tenantplane:scheduling:Placeholders")


def test_the_descheduler_is_hardened_but_for_its_token_and_its_policy() -> None:
    made = platform(descheduler=IMAGE)
    spec: dict[str, Any] = made.one(DEPLOYMENT, "descheduler").inputs["spec"]["template"]["spec"]
    assert spec["automountServiceAccountToken"] is True
    assert violations({**spec, "automountServiceAccountToken": False, "volumes": spec["volumes"][:1]}) == []
    assert spec["volumes"][1:] == [{"name": "policy", "configMap": {"name": "descheduler"}}]
    assert "--descheduling-interval=300s" in spec["containers"][0]["args"]
    assert spec["nodeSelector"] == {"tenantplane.dev/pool-kind": "system"}
    config = made.one("kubernetes:core/v1:ConfigMap", "descheduler-policy").inputs["data"]["policy.yaml"]
    assert yaml.safe_load(config) == descheduler_policy()
    (role,) = (each for each in made.resources if each.name == "descheduler-role")
    verbs = {
        (resource, verb) for rule in role.inputs["rules"] for resource in rule["resources"] for verb in rule["verbs"]
    }
    assert ("pods/eviction", "create") in verbs
    assert not [each for each in verbs if each[1] in ("delete", "deletecollection", "patch", "*")]
    assert not [each for each in verbs if each[0] == "secrets"]


def test_by_use_the_policy_asks_for_five_whole_minutes() -> None:
    policy = descheduler_policy("https://prometheus.example")
    low = next(each["args"] for each in policy["profiles"][0]["pluginConfig"] if each["name"] == "LowNodeUtilization")
    assert low["targetThresholds"] == {"MetricResource": 90}
    assert low["metricsUtilization"]["prometheus"]["query"] == LEAST_USE
    assert LEAST_USE.startswith("min_over_time(")
    assert "[5m:" in LEAST_USE
    assert policy["metricsProviders"][0]["prometheus"]["url"] == "https://prometheus.example"
