"""The gateway of a cluster of EKS stands behind a load balancer of ours, and believes that and nobody else (B2)."""

from typing import Any

import pytest

from fleet.reachability.network_policies import Endpoint, outside, reaches
from settings import load_catalogue
from settings.aws.network import subnets
from settings.front_door import FrontDoor
from tests.unit.components.local_stack import ROOT, local_stack, rendered_on
from tests.unit.components.recorder import Recording

NAMESPACE = "tenantplane-gateway"
ENVOY = Endpoint(
    NAMESPACE,
    NAMESPACE,
    {"kubernetes.io/metadata.name": NAMESPACE},
    {"gateway.envoyproxy.io/owning-gateway-name": "tenantplane"},
)
FOUND = load_catalogue(ROOT / "catalog", "staging")
CLUSTER = next(each for each in FOUND.topology.clusters if each.name == "starter")


@pytest.fixture(scope="module")
def platform() -> Recording:
    door = FrontDoor(
        issuer="https://identity.example.com",
        keys="https://identity.example.com/keys",
        audience="tenantplane",
        certificate="tenants-tls",
    )
    addons = (*CLUSTER.addons, "envoy-gateway", "gateway-api")
    return rendered_on(FOUND, CLUSTER.model_copy(update={"addons": addons, "front_door": door}))


def spec(made: Recording, kind: str) -> dict[str, Any]:
    (found,) = (each.inputs["spec"] for each in made.resources if each.inputs.get("kind") == kind)
    return dict(found)


def test_the_listener_names_no_host_and_one_address_of_the_header_is_believed(platform: Recording) -> None:
    (listener,) = spec(platform, "Gateway")["listeners"]
    assert "hostname" not in listener
    assert listener["allowedRoutes"]["namespaces"]["from"] == "Selector"
    assert spec(platform, "ClientTrafficPolicy")["clientIPDetection"] == {"xForwardedFor": {"numTrustedHops": 1}}


def test_elsewhere_it_names_the_tenants_hosts_and_believes_no_header() -> None:
    (listener,) = spec(local_stack(), "Gateway")["listeners"]
    assert listener["hostname"] == "*.tenants.localhost"
    assert spec(local_stack(), "ClientTrafficPolicy")["clientIPDetection"] == {"directSourceIP": {}}


def test_nobody_but_a_load_balancer_reaches_it(platform: Recording) -> None:
    """Who reached it otherwise could say that he is anybody."""
    made = platform.of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
    policies = [each.inputs for each in made if each.inputs["metadata"]["namespace"] == NAMESPACE]
    account = FOUND.topology.aws
    assert account is not None
    for each in subnets(account.region(CLUSTER.region)):
        address = each.cidr.partition("/")[0].rpartition(".")[0] + ".9"
        assert reaches(policies, outside("somebody", address), ENVOY, "TCP", 10443) is (each.kind == "public")
    tenant = {"kubernetes.io/metadata.name": "tenant-starter", "tenant": "starter"}
    assert not reaches(policies, Endpoint("pod", "tenant-starter", tenant, {}, "10.64.0.9"), ENVOY, "TCP", 10443)
