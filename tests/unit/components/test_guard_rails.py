"""What the guard-rails are made of, and on which clusters (E2)."""

from dataclasses import replace
from typing import Any

import pytest

from components.network.calico import TIER, TIER_ORDER, to_ranges
from components.network.guard_rails import ORDERS, GuardRailsArgs, policies
from components.network.tenant_guard_rail import own_traffic
from settings import plan_tenants
from stacks.layers import cluster_provider, platform_layer
from tests.unit.components.local_stack import catalogue, local_stack, plan, rendered
from tests.unit.components.recorder import record

POLICY = "kubernetes:projectcalico.org/v3:GlobalNetworkPolicy"
TIERS = "kubernetes:projectcalico.org/v3:Tier"


def test_each_tenant_has_one_object_in_the_tier() -> None:
    made = {each.inputs["metadata"]["name"] for each in local_stack().of(POLICY)}
    own = {f"{TIER}.tenant-{each.tenant.id}" for each in plan_tenants(catalogue())}
    assert own < made
    assert len(made - own) == 5


def test_every_policy_waits_for_its_tier_and_is_named_after_it() -> None:
    (tier,) = local_stack().of(TIERS)
    for each in local_stack().of(POLICY):
        assert tier.urn in each.depends_on, each.urn
        assert each.inputs["spec"]["tier"] == tier.inputs["metadata"]["name"] == TIER
        assert each.inputs["metadata"]["name"].startswith(f"{TIER}.")


def test_every_policy_says_for_whom_and_for_which_direction() -> None:
    """Without a namespace selector it would be for the nodes as well; without types Calico guesses."""
    for each in local_stack().of(POLICY):
        assert each.inputs["spec"]["types"]
        assert each.inputs["spec"]["namespaceSelector"].startswith(("has(tenant)", "tenant == '"))


def test_the_tier_comes_before_those_of_kubernetes() -> None:
    (tier,) = local_stack().of(TIERS)
    assert tier.inputs["spec"] == {"order": TIER_ORDER, "defaultAction": "Deny"}
    assert TIER_ORDER < 1000  # kube-admin; the NetworkPolicies are in `default`, 1000000


def test_what_is_denied_to_all_is_asked_before_what_passes_for_one() -> None:
    assert sorted(ORDERS, key=ORDERS.__getitem__) == [
        "suspended",
        "dns",
        "pod-identity",
        "metadata-service",
        "api-server",
        "databases",
        "control-plane",
        "tenant",
        "tenants-apart",
    ]
    assert len(set(ORDERS.values())) == len(ORDERS)


def test_the_tenant_between_quotes_is_the_plans_own() -> None:
    spec = own_traffic(plan("acme-robotics"))
    assert spec["namespaceSelector"] == "tenant == 'acme-robotics'"
    assert {rule["action"] for rule in (*spec["ingress"], *spec["egress"])} == {"Pass"}


def test_granted_ranges_come_after_what_keeps_them_from_meaning_pods() -> None:
    egress = own_traffic(plan("acme-robotics", egress=("203.0.113.0/24", "2001:db8::/32")))["egress"]
    nets = [index for index, rule in enumerate(egress) if "nets" in rule["destination"]]
    denials = [index for index, rule in enumerate(egress) if rule["action"] == "Deny"]
    assert len(nets) == len(denials) == 2
    assert max(denials) < min(nets)


def test_the_api_server_has_its_service_the_range_of_services_and_what_is_named() -> None:
    args = GuardRailsArgs(
        database_namespace="data", service_ranges=("10.96.0.0/12", "fd00:96::/112"), api_server=("192.0.2.1/32",)
    )
    rules = policies(args)["api-server"]["egress"]
    assert {rule["action"] for rule in rules} == {"Deny"}
    assert [rule["destination"] for rule in rules] == [
        {"services": {"name": "kubernetes", "namespace": "default"}},
        {"nets": ["10.96.0.0/12", "192.0.2.1/32"]},
        {"nets": ["fd00:96::/112"]},
    ]


def test_a_cluster_without_calico_has_no_guard_rails() -> None:
    own = plan("hedgehog-cli")
    bare = replace(own, cluster=own.cluster.model_copy(update={"addons": ()}))
    assert [each.name for each in rendered(bare).of(POLICY) if "hedgehog" in each.name] == []
    assert [each.name for each in rendered(own).of(POLICY) if "hedgehog" in each.name] == ["hedgehog-cli-guard-rail"]


@pytest.mark.parametrize(
    ("given", "rules"),
    [
        ([], []),
        (["10.0.0.0/8"], [["10.0.0.0/8"]]),
        (["::/0", "10.0.0.0/8", "10.0.0.0/8"], [["10.0.0.0/8"], ["::/0"]]),
    ],
)
def test_no_rule_mixes_ipv4_and_ipv6(given: list[str], rules: list[Any]) -> None:
    assert [rule["destination"]["nets"] for rule in to_ranges("Deny", given)] == rules


@pytest.mark.parametrize("wrong", ["10.0.0.1/8", "example.com", "10.0.0.0/33"])
def test_what_is_no_range_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"host bits|does not appear"):
        to_ranges("Deny", [wrong])


def test_of_a_suspended_tenant_nothing_passes_before_anything_else_is_asked() -> None:
    """A7: not even names are answered."""
    spec = own_traffic(plan("acme-robotics", lifecycle="suspended"))
    assert spec["ingress"] == spec["egress"] == [{"action": "Deny"}]
    assert spec["order"] == min(ORDERS.values())
    assert own_traffic(plan("acme-robotics"))["order"] > ORDERS["dns"]


def test_the_addresses_of_a_managed_api_server_come_from_the_topology() -> None:
    (cluster,) = catalogue().topology.clusters
    managed = cluster.model_copy(update={"api_server": ("192.0.2.9/32",), "service_ranges": ("172.20.0.0/16",)})
    made = record(
        lambda: (platform_layer(catalogue(), managed, cluster_provider("local", managed, "kubeconfig", None)), None)[1]
    )
    assert made.error is None
    (found,) = (each for each in made.of(POLICY) if each.inputs["metadata"]["name"] == f"{TIER}.api-server")
    assert {"nets": ["172.20.0.0/16", "192.0.2.9/32"]} in [
        rule["destination"] for rule in found.inputs["spec"]["egress"]
    ]
