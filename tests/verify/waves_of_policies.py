"""Admission policies that are gone, unbound, that warn, audit, leave out a namespace or say less (I1)."""

from typing import Any

from tests.verify.hands import Hands
from tests.verify.sabotage import HOME, Expect, Sabotage, Wave

ADMISSION = "/apis/admissionregistration.k8s.io/v1"
POLICIES = f"{ADMISSION}/validatingadmissionpolicies"
BINDINGS = f"{ADMISSION}/validatingadmissionpolicybindings"
SEEN = (Expect("TP-I1-01", ("policies-deny",), ""),)
PARAMETERS = "/api/v1/namespaces/tenantplane-system/configmaps/tenantplane-runtimes"


def gone(name: str) -> Sabotage:
    """The policy itself deleted."""
    path = f"{POLICIES}/{name}"
    return Sabotage(f"{name} deleted", lambda hands: hands.delete(path), SEEN, (name,), f"there is no policy {name}")


def unbound(name: str) -> Sabotage:
    """Its binding deleted."""
    path = f"{BINDINGS}/{name}"
    return Sabotage(f"{name} unbound", lambda hands: hands.delete(path), SEEN, (name,), f"policy {name} is not bound")


def milder(name: str, action: str) -> Sabotage:
    """A binding that only tells."""
    body = {"spec": {"validationActions": [action]}}
    words = f"policy {name} is bound and does not deny"
    return Sabotage(
        f"{name} set to {action}", lambda hands: hands.patch(f"{BINDINGS}/{name}", body), SEEN, (name,), words
    )


def elsewhere(name: str) -> Sabotage:
    """A binding that leaves the namespace out."""
    rule = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": [HOME]}
    body = {"spec": {"matchResources": {"namespaceSelector": {"matchExpressions": [rule]}}}}
    words = f"policy {name} is bound for a part"
    return Sabotage(
        f"{name} leaves {HOME} out", lambda hands: hands.patch(f"{BINDINGS}/{name}", body), SEEN, (name,), words
    )


def open_ended(name: str) -> Sabotage:
    """A policy that lets pass what it cannot decide; it decides everything that is asked here."""
    body = {"spec": {"failurePolicy": "Ignore"}}
    words = f"policy {name} lets pass what it cannot decide"
    return Sabotage(f"{name} fails open", lambda hands: hands.patch(f"{POLICIES}/{name}", body), SEEN, (), words)


def _without_digests(spec: dict[str, Any]) -> None:
    spec["validations"] = [each for each in spec["validations"] if "by digest" not in each["message"]]


def _digests(hands: Hands) -> None:
    hands.change(f"{POLICIES}/tenantplane-tenant-pods", lambda policy: _without_digests(policy["spec"]))


def _plain_runtimes(hands: Hands) -> None:
    hands.patch(PARAMETERS, {"data": {"unstated": "gvisor,kata,confidential,runc"}})


WAVES = (
    Wave("policies gone or milder", (
        gone("tenantplane-tenant-services"),
        unbound("tenantplane-tenant-bindings"),
        milder("tenantplane-volume-claims", "Audit"),
        milder("tenantplane-autoscalers", "Warn"),
        elsewhere("tenantplane-queued-jobs"),
    )),
    Wave("more policies gone or milder", (
        gone("tenantplane-gateway-kinds"),
        unbound("tenantplane-sandbox-claims"),
        milder("tenantplane-tenant-routes", "Audit"),
        milder("tenantplane-platform-objects", "Warn"),
        elsewhere("tenantplane-tenant-objects"),
    )),
    Wave("policies that say less", (
        Sabotage("tenant pods without the rule for digests", _digests,
                 (Expect("TP-G7-01", ("image-tag", "patch-image")),), (), "admitted"),
        Sabotage("the parameters allow runc", _plain_runtimes, (Expect("TP-C3-01", ("runtime-unstated",)),
                 Expect("TP-C3-01", ("runtimes-of-catalogue",), "")), (), "unstated of ConfigMap"),
        milder("tenantplane-queued-pods", "Audit"),
        open_ended("tenantplane-quota-shrinks"),
    )),
    # Never the binding of a policy with parameters deleted: from then on the API server (1.34) goes by the parameters
    # it had, for as long as it lives, and whoever tests after this would test those.
    Wave("pods without any rule", (elsewhere("tenantplane-tenant-pods"), milder("tenantplane-runtimes", "Audit"))),
)  # fmt: skip
