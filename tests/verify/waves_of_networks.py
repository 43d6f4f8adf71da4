"""Network rules, routes, queues and monitors changed behind everybody's back (B2, B3, D1, E1, E2, G1)."""

from typing import Any

from tests.verify.hands import Hands
from tests.verify.sabotage import HOME, OWN, Expect, Sabotage, Wave

CALICO, NETWORK = "/apis/projectcalico.org/v3", "/apis/networking.k8s.io/v1"
RAILS, TIER = f"{CALICO}/globalnetworkpolicies", f"{CALICO}/tiers/tenantplane-guardrails"
ROUTES = "/apis/gateway.networking.k8s.io/v1/namespaces/{}/httproutes"
ENVOY, KUEUE = "/apis/gateway.envoyproxy.io/v1alpha1", "/apis/kueue.x-k8s.io/v1beta2"
HOST = f"{OWN}.tenants.localhost"
OPENED = (Expect("TP-E2-02", ("reach-strangers-opened",)), Expect("TP-E2-03", ("reach-metadata",)),
          Expect("TP-C5-02", ("reach-api-server",)), Expect("TP-E1-05", ("reach-outside",)),
          Expect("TP-E2-01", ("reach-databases",)))  # fmt: skip


def rail(name: str) -> str:
    return f"{RAILS}/tenantplane-guardrails.{name}"


def _first_tier(hands: Hands) -> None:
    spec: dict[str, Any] = {"order": 1, "defaultAction": "Pass"}
    hands.create(f"{CALICO}/tiers", {"apiVersion": "projectcalico.org/v3", "kind": "Tier",
         "metadata": {"name": "sabotage"},
                 "spec": spec})  # fmt: skip
    rule = [{"action": "Allow"}]
    policy = {"tier": "sabotage", "order": 1, "namespaceSelector": f"tenant == '{OWN}'", "types": ["Egress", "Ingress"],
              "ingress": rule, "egress": rule}  # fmt: skip
    kind = {"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy"}
    hands.create(RAILS, {**kind, "metadata": {"name": "sabotage.open"}, "spec": policy})


def _foreign_route(hands: Hands) -> None:
    parent = {"name": "tenantplane", "namespace": "tenantplane-gateway"}
    spec = {"hostnames": [HOST], "parentRefs": [parent], "rules": [{"backendRefs": [{"name": "any", "port": 80}]}]}
    kind = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute"}
    hands.create(ROUTES.format("default"), {**kind, "metadata": {"name": "sabotage"}, "spec": spec})


def _two_queues(hands: Hands) -> None:
    body = {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "LocalQueue", "metadata": {"name": "sabotage"},
            "spec": {"clusterQueue": "tenant-riverside-high"}}  # fmt: skip
    hands.create(f"{KUEUE}/namespaces/{HOME}/localqueues", body)


def _believing(monitor: dict[str, Any]) -> None:
    monitor["spec"]["podMetricsEndpoints"][0]["honorLabels"] = True


MONITOR = f"/apis/monitoring.coreos.com/v1/namespaces/{HOME}/podmonitors/tenant"
TOKENS, LIMITS = (f"{ENVOY}/namespaces/{HOME}/{each}/tenant" for each in ("securitypolicies", "backendtrafficpolicies"))

WAVES = (
    Wave("guard-rails one by one", (
        Sabotage("its own guard-rail deleted", lambda hands: hands.delete(rail(f"tenant-{OWN}")), (
                 Expect("TP-E2-01", ("guard-rail",)), Expect("TP-E1-02", ("reach-own",))), (),
                 "there is no GlobalNetworkPolicy"),
        Sabotage("metadata after the grants", lambda hands: hands.patch(rail("metadata-service"),
             {"spec": {"order": 200}}),
                 (Expect("TP-E2-02", ("guard-rails",), ""),), (), "metadata-service: spec.order is 200"),
        Sabotage("the traffic of its services opened", lambda hands: hands.patch(
                 f"{NETWORK}/namespaces/{HOME}/networkpolicies/tenant-traffic", {"spec": {"ingress": [{}]}}), (
                 Expect("TP-E1-01", ("network-policies",)),), (), "NetworkPolicy tenant-traffic: spec.ingress"),
        Sabotage("a host on a foreign route", _foreign_route, (Expect("TP-B2-01", ("hosts",), ""),), (),
                 f"HTTPRoute default/sabotage takes {HOST}"),
        Sabotage("tokens of anybody", lambda hands: hands.patch(TOKENS, {"spec": {"authorization": {"defaultAction":
                 "Allow"}}}), (Expect("TP-B3-01", ("tokens",)),), (), "defaultAction is 'Allow'"),
        Sabotage("ten times the requests", lambda hands: hands.patch(LIMITS,
             {"spec": {"requestBuffer": {"limit": "1Gi"}}}),
                 (Expect("TP-B2-02", ("rate",)),), (), "requestBuffer.limit"),
        Sabotage("the closed gateway opened", lambda hands: hands.delete(
                 f"{ENVOY}/namespaces/tenantplane-gateway/securitypolicies/tenantplane"),
                 (Expect("TP-B3-01", ("closed-gateway",), ""),), (), "its SecurityPolicy is gone"),
        Sabotage("a second queue", _two_queues, (Expect("TP-D1-01", ("queue",)),), (),
                 "LocalQueue sabotage leads to tenant-riverside-high"),
        Sabotage("a queue for everybody", lambda hands: hands.patch(f"{KUEUE}/clusterqueues/tenant-riverside-high", {
                 "spec": {"namespaceSelector": {"matchLabels": None}}}), (Expect("TP-D1-01", ("queues-of-tenants",),
                 ""),),
                 (), "ClusterQueue tenant-riverside-high takes Jobs"),
        Sabotage("a scrape that believes pods", lambda hands: hands.change(MONITOR, _believing), (
                 Expect("TP-G1-01", ("monitor",)),), (), "honorLabels is True"),
        Sabotage("a runtime without overhead", lambda hands: hands.patch(
                 "/apis/node.k8s.io/v1/runtimeclasses/confidential", {"overhead": None}), (
                 Expect("TP-C2-01", ("runtime-classes",), ""),), (), "confidential counts no overhead"),
    ), (OWN,), "reads"),
    Wave("the tier after the NetworkPolicies", (
        Sabotage("the order of the tier", lambda hands: hands.patch(TIER, {"spec": {"order": 2_000_000}}), (
                 Expect("TP-E2-02", ("tier",), ""), *OPENED), (), "spec.order is 2000000"),
    ), (OWN,), "reads"),
    Wave("a tier before the guard-rails", (
        Sabotage("a tier that allows", _first_tier, OPENED[1:], (), "reaches"),
    ), (OWN,), "reads"),
    Wave("no tier", (
        Sabotage("the tier deleted", lambda hands: hands.delete(TIER), (Expect("TP-E2-02", ("tier",), ""),
                 *OPENED, Expect("TP-E1-02", ("reach-own", "reach-strangers"))), (), "there is no tier"),
    ), (OWN,), "reads"),
    Wave("a namespace that is no tenant's", (
        Sabotage("the label of the tenant removed", lambda hands: hands.patch(f"/api/v1/namespaces/{HOME}",
             {"metadata": {
                 "labels": {"tenant": None}}}), (Expect("TP-B1-01", ("identity",)), *OPENED), (),
                 "label tenant is None"),
    ), (OWN,), "reads"),
    Wave("no route's tokens", (
        Sabotage("the policy of tokens deleted", lambda hands: hands.delete(TOKENS), (Expect("TP-B3-01", ("tokens",
                 "tokens-any", "tokens-deleted", "tokens-elsewhere")),), (), "there is no SecurityPolicy tenant"),
    ), (OWN,), "entrance"),
)  # fmt: skip
