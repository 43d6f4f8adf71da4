"""What the table of controls says once, the pack and the API server read alike, of any object (I1)."""

import copy
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings

from policies.expected import Expected
from policies.kubernetes.shared import shared_rule
from policies.objects import found
from tests.cluster import claims
from tests.cluster.acting import Caller
from tests.cluster.claims import CLAIMS
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("claims")]

NAMESPACE: Final = "claims-of-both"
ADMISSION: Final = "/apis/admissionregistration.k8s.io/v1"
RULES: Final = [shared_rule(refusal, preview) for _, refusal, preview in CLAIMS]
NUMBER: Final = re.compile(r"claim (\d+)\.")
KINDS: Final = {
    "Pod": (claims.PODS, "/api/v1", "pods", 120),
    "Service": (claims.SERVICES, "/api/v1", "services", 25),
    "PersistentVolumeClaim": (claims.VOLUME_CLAIMS, "/api/v1", "persistentvolumeclaims", 25),
    "Secret": (claims.SECRETS, "/api/v1", "secrets", 40),
    "HTTPRoute": (claims.ROUTES, "/apis/gateway.networking.k8s.io/v1", "httproutes", 15),
}
"""By kind: objects, where they are asked for, and how many."""


@pytest.fixture(scope="module")
def tenant(admin: Caller) -> Iterator[Caller]:
    """Somebody with rights in the namespace alone, and the claims in force there as warnings."""
    admin.create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE, **claims.NAMESPACE}})
    specs = claims.warning_policies()
    made = [("validatingadmissionpolicies", f"claims-{name}") for name in specs]
    try:
        for name, spec in specs.items():
            metadata, about = {"name": f"claims-{name}"}, {"policyName": f"claims-{name}"}
            admin.create(f"{ADMISSION}/validatingadmissionpolicies", {"metadata": metadata, "spec": spec})
            binding = {"metadata": metadata, "spec": {**about, "validationActions": ["Warn"]}}
            admin.create(f"{ADMISSION}/validatingadmissionpolicybindings", binding)
            made.append(("validatingadmissionpolicybindings", f"claims-{name}"))
        rights = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{NAMESPACE}"
        verbs = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["create"]}]
        admin.create(f"{rights}/roles", {"metadata": {"name": "maker"}, "rules": verbs})
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "maker"}
        whom = [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "maker"}]
        admin.create(f"{rights}/rolebindings", {"metadata": {"name": "maker"}, "roleRef": role, "subjects": whom})
        somebody = admin.acting_as("maker")
        # Policies take effect when the API server's own watch has seen them, each at its own time.
        for kind, breaking in BREAKING.items():
            until(partial(_judged, somebody, kind, breaking), f"{kind} is judged")
        yield somebody
    finally:
        for kind, name in made:
            admin.delete(f"{ADMISSION}/{kind}/{name}")
        admin.ask("DELETE", f"/api/v1/namespaces/{NAMESPACE}")


def refused(caller: Caller, kind: str, body: dict[str, Any]) -> set[int] | None:
    """Numbers of the claims that the API server finds broken; None when it cannot be asked yet."""
    _, group, resource, _ = KINDS[kind]
    sent = {**copy.deepcopy(body), "metadata": {**body.get("metadata", {}), "name": "asked"}}
    sent |= {"kind": kind, "apiVersion": group.removeprefix("/apis/").removeprefix("/api/")}
    answer = caller.ask("POST", f"{group}/namespaces/{NAMESPACE}/{resource}?dryRun=All", sent)
    assert answer.status in (201, 403), answer.message
    return {int(each) for each in NUMBER.findall(" ".join(answer.warnings))} if answer.status == 201 else None


def _judged(caller: Caller, kind: str, body: dict[str, Any]) -> bool:
    return refused(caller, kind, body) == said(kind, body)


def said(kind: str, body: dict[str, Any], told: Expected = claims.EXPECTED) -> set[int]:
    """Numbers of the claims that the pack finds broken."""
    props = copy.deepcopy(body)
    props.setdefault("metadata", {})["namespace"] = f"tenant-{claims.TENANT}"
    asked = found(f"kubernetes:any:{kind}", props)
    return {
        number
        for number, rule in enumerate(RULES)
        if (not rule.kinds or kind in rule.kinds) and any(rule.check(asked, told))
    }


BREAKING: Final[dict[str, dict[str, Any]]] = {
    "Pod": {
        "metadata": {"labels": {"tenantplane.dev/workload": "agent-sessions"}},
        "spec": {"containers": [{"name": "c", "image": "c:1", "imagePullPolicy": "Never"}], "nodeName": "n"},
    },
    "Service": {"spec": {"externalIPs": ["198.51.100.7"], "ports": [{"port": 80}]}},
    "PersistentVolumeClaim": {
        "spec": {
            "volumeName": "v",
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        }
    },
    "Secret": {"metadata": {"finalizers": ["mine.example/for-ever"]}},
    "HTTPRoute": {"spec": {"hostnames": ["b.example"]}},
}
"""An object of each kind that breaks a claim of every policy that is asked about it."""


@pytest.mark.parametrize("kind", KINDS)
def test_the_pack_and_the_api_server_read_a_claim_alike(kind: str, tenant: Caller) -> None:
    """Of any object. Each claim about the kind is broken by some, and kept by some."""
    objects, _, _, count = KINDS[kind]
    broken: set[int] = set()
    kept: set[int] = set()

    @settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(body=objects)
    def alike(body: dict[str, Any]) -> None:
        both = said(kind, body)
        assert refused(tenant, kind, body) == both
        broken.update(both)
        kept.update(set(range(len(RULES))) - both)

    alike()
    about = {number for number, rule in enumerate(RULES) if kind in rule.kinds or (kind == "Secret" and not rule.kinds)}
    assert broken == about
    assert kept >= about
