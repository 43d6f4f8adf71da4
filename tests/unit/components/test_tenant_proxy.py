"""The proxy before Prometheus, as it is rendered: hardened, reached from Grafana alone (C4, E1, G4)."""

from components.observability.dashboards import TENANT_PROXY
from settings.monitoring.tenant_proxy import PORT
from tests.unit.components.local_stack import DEPLOYMENT, local_stack
from tests.unit.components.test_hardening import violations
from tests.unit.components.test_metrics_adapter import monitored, platform

IMAGE = "registry.example/proxy@sha256:" + "0" * 64
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def test_it_is_where_its_image_is_named_and_data_sources_point_to_it() -> None:
    made = platform(monitored(prometheus=IMAGE, label_proxy=IMAGE))
    deployment = made.one(DEPLOYMENT, "tenant-proxy").inputs
    service = made.one("kubernetes:core/v1:Service", "tenant-proxy-service").inputs
    assert service["metadata"]["name"] == TENANT_PROXY
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    assert deployment["spec"]["selector"]["matchLabels"] == service["spec"]["selector"]
    (port,) = service["spec"]["ports"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert (port["port"], port["targetPort"]) == (PORT, container["ports"][0]["name"])
    sources = made.one("kubernetes:core/v1:ConfigMap", "dashboards-data-sources").inputs["data"]["data-sources.json"]
    assert f'"url":"http://{TENANT_PROXY}.tenantplane-system.svc:{PORT}"' in sources

    assert not local_stack().of("tenantplane:observability:TenantProxy")
    assert not platform(monitored(prometheus=IMAGE)).of("tenantplane:observability:TenantProxy")


def test_it_is_hardened_has_no_token_and_is_reached_from_grafana_alone() -> None:
    made = platform(monitored(prometheus=IMAGE, label_proxy=IMAGE))
    pod = made.one(DEPLOYMENT, "tenant-proxy").inputs["spec"]["template"]["spec"]
    assert violations(pod) == []
    spec = made.one(NETWORK_POLICY, "tenant-proxy-network").inputs["spec"]
    grafana = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "grafana"}}}
    assert spec["ingress"] == [{"from": [grafana], "ports": [{"protocol": "TCP", "port": PORT}]}]
    assert spec["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": TENANT_PROXY}
    assert spec["policyTypes"] == ["Ingress", "Egress"]
