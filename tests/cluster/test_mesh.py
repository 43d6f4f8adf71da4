"""The mesh's objects on a real API server with Istio's own kinds, and who may write such objects there (B5, E3)."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from localcloud import controlplane
from settings.mesh import MESH_NAMESPACE
from tests.cluster.acting import Answer, Caller
from tests.gateway.objects import whole
from tests.unit.components.mesh_environment import KINDS, Object, Place, place, whole_cluster
from tests.unit.components.recorder import Registered
from tests.unit.components.test_mesh_matrix import opened, wanted

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("mesh")]  # rendered once

CLUSTER = "enterprise"
PLURALS = {
    "PeerAuthentication": "security.istio.io/v1/peerauthentications",
    "AuthorizationPolicy": "security.istio.io/v1/authorizationpolicies",
    "RequestAuthentication": "security.istio.io/v1/requestauthentications",
    "Sidecar": "networking.istio.io/v1/sidecars",
    "DestinationRule": "networking.istio.io/v1/destinationrules",
    "Gateway": "networking.istio.io/v1/gateways",
    "VirtualService": "networking.istio.io/v1/virtualservices",
    "ServiceEntry": "networking.istio.io/v1/serviceentries",
    "EnvoyFilter": "networking.istio.io/v1alpha3/envoyfilters",
}
RBAC = "/apis/rbac.authorization.k8s.io/v1"


def path(kind: str, namespace: str) -> str:
    version, plural = PLURALS[kind].rsplit("/", 1)
    return f"/apis/{version}/namespaces/{namespace}/{plural}"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """The administrator of a control plane with Istio's kinds and one cluster's mesh, namespaces and roles."""
    state = tmp_path_factory.mktemp("mesh")
    started = controlplane.start("mesh", [], addons=["istio"], state_dir=state)
    try:
        caller = Caller.of(started.kubeconfig)
        for plan in place(CLUSTER).plans:
            caller.create("/api/v1/namespaces", {"metadata": {"name": plan.namespace, "labels": plan.namespace_labels}})
        caller.create("/api/v1/namespaces", {"metadata": {"name": MESH_NAMESPACE}})
        for resource in whole_cluster(CLUSTER).resources:
            if (made := _access(resource)) is not None:
                caller.create(*made)
        for each in place(CLUSTER).objects:
            answer = asked(caller, each)
            assert answer.status == 201, f"{each['kind']} {each['metadata']}: {answer.message}"
        yield caller
    finally:
        controlplane.stop("mesh", state_dir=state)


def _access(each: Registered) -> tuple[str, Object] | None:
    """Where a role or binding goes, and as what."""
    inputs: Any = whole(each.inputs)
    kind, metadata = inputs.get("kind"), inputs.get("metadata", {})
    if kind == "ClusterRole":
        return f"{RBAC}/clusterroles", inputs
    if kind == "RoleBinding" and metadata["namespace"] in {each.namespace for each in place(CLUSTER).plans}:
        return f"{RBAC}/namespaces/{metadata['namespace']}/rolebindings", inputs
    return None


def asked(api: Caller, body: Object, *, dry_run: bool = False) -> Answer:
    """What the API server says to an object, with nothing unknown passed over."""
    options = "fieldValidation=Strict" + ("&dryRun=All" if dry_run else "")
    return api.ask("POST", f"{path(body['kind'], body['metadata']['namespace'])}?{options}", body)


def _name(each: Object) -> tuple[str, str, str]:
    return each["kind"], each["metadata"]["namespace"], each["metadata"]["name"]


def test_what_the_api_server_holds_lets_in_what_the_matrix_wants(api: Caller) -> None:
    """Every object was accepted; defaults and what it does not know would show here."""
    at = place(CLUSTER)
    namespaces = [MESH_NAMESPACE, *(each.namespace for each in at.plans)]
    held = [
        {**each, "kind": kind} for kind in KINDS for space in namespaces for each in api.get(path(kind, space))["items"]
    ]
    assert {_name(each): each["spec"] for each in held} == {_name(each): each["spec"] for each in at.objects}
    live: Place = replace(at, objects=held)
    assert opened(live, live.rules()) == wanted(live) != set()


@pytest.mark.parametrize(
    ("kind", "where", "value"),
    [
        ("PeerAuthentication", ("spec", "mtls", "mode"), "STRIKT"),
        ("PeerAuthentication", ("spec", "mtl"), {"mode": "STRICT"}),
        ("AuthorizationPolicy", ("spec", "action"), "PERMIT"),
        ("AuthorizationPolicy", ("spec", "rules"), [{"from": [{"source": {"principles": ["*"]}}]}]),
        ("AuthorizationPolicy", ("spec", "rules"), [{"from": [{"source": {"principals": "*"}}]}]),
        ("Sidecar", ("spec", "ingress", 0, "captureMode"), "SOME"),
        ("Sidecar", ("spec", "outboundTrafficPolicy", "mode"), "REGISTRY"),
        ("DestinationRule", ("spec", "trafficPolicy", "outlierDetection", "interval"), "soon"),
        ("Gateway", ("spec", "servers", 0, "tls", "mode"), "PASS"),
    ],
)
def test_the_same_with_one_word_wrong_is_refused(
    api: Caller, kind: str, where: tuple[str | int, ...], value: object
) -> None:
    good = copy.deepcopy(next(each for each in place(CLUSTER).objects if each["kind"] == kind))
    good["metadata"] = {"name": "twin", "namespace": MESH_NAMESPACE}
    assert asked(api, good, dry_run=True).status == 201
    inner: Any = good
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = value
    assert asked(api, good, dry_run=True).status in (400, 422), where


ATTACKS: dict[str, dict[str, Any]] = {
    "PeerAuthentication": {"mtls": {"mode": "DISABLE"}},
    "AuthorizationPolicy": {"action": "ALLOW", "rules": [{}]},
    "RequestAuthentication": {"jwtRules": [{"issuer": "https://mine.example"}]},
    "Sidecar": {"egress": [{"hosts": ["*/*"]}]},
    "DestinationRule": {"host": "*.svc.cluster.local", "trafficPolicy": {"tls": {"mode": "DISABLE"}}},
    "Gateway": {"selector": {"istio": "eastwestgateway"}, "servers": []},
    "VirtualService": {"hosts": ["*"], "gateways": ["istio-system/east-west"]},
    "ServiceEntry": {"hosts": ["web.tenant-other.svc.cluster.local"], "resolution": "NONE"},
    "EnvoyFilter": {"configPatches": []},
}


@pytest.mark.parametrize("role", ["developers", "admins"])
def test_no_person_of_a_tenant_writes_any_kind_of_the_mesh(api: Caller, role: str) -> None:
    """B5: at home, next door and for the whole mesh; and what refuses is who asks, not what is asked."""
    (own,) = (each for each in place(CLUSTER).plans if each.tenant.id == "acme-robotics")
    group = getattr(own.tenant.groups, role)[0]
    person = api.acting_as("somebody@acme.example", group)
    config_map = {"metadata": {"name": f"mine-{role}"}, "data": {"may": "write"}}
    person.create(f"/api/v1/namespaces/{own.namespace}/configmaps", config_map, dry_run=True)
    for kind, spec in ATTACKS.items():
        for namespace in (own.namespace, MESH_NAMESPACE):
            version = PLURALS[kind].rsplit("/", 1)[0]
            body = {
                "apiVersion": version,
                "kind": kind,
                "metadata": {"name": "attack", "namespace": namespace},
                "spec": spec,
            }
            person.refused("is forbidden", "POST", path(kind, namespace), body)
            person.refused("is forbidden", "PATCH", f"{path(kind, namespace)}/tenant", {"spec": spec})
            person.refused("is forbidden", "DELETE", f"{path(kind, namespace)}/tenant")
    for kind in ("PeerAuthentication", "AuthorizationPolicy"):
        body = {"kind": kind, "metadata": {"name": "attack", "namespace": own.namespace}, "spec": ATTACKS[kind]}
        body["apiVersion"] = "security.istio.io/v1"
        assert asked(api, body, dry_run=True).status == 201


def test_an_admin_gives_nobody_the_right_either(api: Caller) -> None:
    (own,) = (each for each in place(CLUSTER).plans if each.tenant.id == "acme-robotics")
    admin = api.acting_as("somebody@acme.example", own.tenant.groups.admins[0])
    roles = f"{RBAC}/namespaces/{own.namespace}/roles"
    rules = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}
    admin.create(roles, {"metadata": {"name": "mine"}, "rules": [rules]}, dry_run=True)
    for group in ("security.istio.io", "*"):
        wider = {"apiGroups": [group], "resources": ["authorizationpolicies"], "verbs": ["create"]}
        admin.refused(
            "attempting to grant RBAC permissions not currently held",
            "POST",
            roles,
            {"metadata": {"name": "wider"}, "rules": [wider]},
        )
