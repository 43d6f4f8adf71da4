"""Who reaches the gateway's and NVIDIA's pods, and whom these reach: everybody else meets a default deny (E1, B2)."""

from typing import Any

import pytest

from fleet.reachability.network_policies import Endpoint, outside, reaches
from settings.monitoring.exporters import SCRAPER
from tests.unit.components.local_stack import local_stack

GATEWAY, GPU, SYSTEM = "tenantplane-gateway", "tenantplane-gpu", "tenantplane-system"
TENANT = "tenant-acme-robotics"


def pod(namespace: str, labels: dict[str, str] | None = None, tenant: str | None = None) -> Endpoint:
    of_namespace = {"kubernetes.io/metadata.name": namespace, **({"tenant": tenant} if tenant else {})}
    return Endpoint(namespace, namespace, of_namespace, labels or {})


ENVOY = pod(GATEWAY, {"gateway.envoyproxy.io/owning-gateway-name": "tenantplane"})
STRAY = pod(GATEWAY)
PLUGIN = pod(GPU)
OURS = pod(TENANT, tenant="acme-robotics")
PROMETHEUS = pod(SYSTEM, SCRAPER)
CONTROLLER = pod("envoy-gateway-system")
DNS = pod("kube-system", {"k8s-app": "kube-dns"})
WORLD = outside("world", "203.0.113.7")


@pytest.fixture(scope="module")
def policies() -> list[Any]:
    made = local_stack().of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
    return [each.inputs for each in made if each.inputs["metadata"]["namespace"] in (GATEWAY, GPU)]


@pytest.mark.parametrize(
    ("source", "target", "port", "passes"),
    [
        (WORLD, ENVOY, 10443, True),
        (WORLD, ENVOY, 19001, False),
        (WORLD, STRAY, 10443, False),
        (OURS, ENVOY, 19001, False),
        (PROMETHEUS, ENVOY, 19001, True),
        (ENVOY, OURS, 8080, True),
        (ENVOY, OURS, 5432, False),
        (ENVOY, pod(SYSTEM), 8080, False),
        (STRAY, OURS, 8080, False),
        (ENVOY, CONTROLLER, 18000, True),
        (ENVOY, DNS, 53, True),
        (ENVOY, WORLD, 443, True),  # the issuer's keys
        (ENVOY, WORLD, 80, False),
        (WORLD, PLUGIN, 9400, False),
        (OURS, PLUGIN, 9400, False),
        (PROMETHEUS, PLUGIN, 9400, True),
        (PLUGIN, WORLD, 6443, True),  # the API server, whose address no policy knows
        (PLUGIN, OURS, 8080, False),
    ],
)
def test_only_what_they_are_for_passes(
    policies: list[Any], source: Endpoint, target: Endpoint, port: int, passes: bool
) -> None:
    assert reaches(policies, source, target, "TCP", port) is passes
