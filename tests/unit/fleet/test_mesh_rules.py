"""The evaluator of the mesh's objects, against what Istio's documentation says of small examples (E3)."""

from typing import Any

import pytest

from fleet.reachability import Caller, MeshRules, Served

ROOT, OTHER_ROOT = "root", "other-root"
FRIEND = Caller("mesh.example/ns/friends/sa/web", ROOT)
STRANGER = Caller("mesh.example/ns/strangers/sa/web", ROOT)
FOREIGN = Caller("mesh.example/ns/friends/sa/web", OTHER_ROOT)
ABROAD = Caller("abroad.example/ns/friends/sa/web", ROOT)
NOBODY = Caller()
ALL = {"friend": FRIEND, "stranger": STRANGER, "foreign": FOREIGN, "abroad": ABROAD, "nobody": NOBODY}
POD = Served("home", {"app": "web"})
PORT = 8080


def made(kind: str, spec: dict[str, Any], namespace: str = "home", **annotations: str) -> dict[str, Any]:
    held = {key.replace("_", "-"): value for key, value in annotations.items()}
    return {"kind": kind, "metadata": {"namespace": namespace, "annotations": held}, "spec": spec}


def allow(*rules: dict[str, Any], action: str = "ALLOW", namespace: str = "home", **spec: Any) -> dict[str, Any]:
    return made("AuthorizationPolicy", {"action": action, "rules": list(rules), **spec}, namespace)


def mtls(mode: str, namespace: str = "home", **spec: Any) -> dict[str, Any]:
    return made("PeerAuthentication", {"mtls": {"mode": mode}, **spec}, namespace)


def rules(*objects: dict[str, Any]) -> MeshRules:
    by_kind = {kind: [each for each in objects if each["kind"] == kind] for kind in {each["kind"] for each in objects}}
    return MeshRules(
        root=ROOT,
        trust_domain="mesh.example",
        root_namespace="istio-system",
        peer_authentications=by_kind.get("PeerAuthentication", []),
        authorization_policies=by_kind.get("AuthorizationPolicy", []),
    )


def let_in(*objects: dict[str, Any], pod: Served = POD, port: int = PORT) -> set[str]:
    held = rules(*objects)
    return {name for name, caller in ALL.items() if held.lets_in(caller, pod, port)}


def source(**fields: list[str]) -> dict[str, Any]:
    return {"from": [{"source": fields}]}


def principals(*values: str) -> dict[str, Any]:
    return source(principals=list(values))


EVERYBODY = set(ALL)
KNOWN = {"friend", "stranger", "abroad"}
STRICT = mtls("STRICT", "istio-system")
ON_WEB: dict[str, Any] = {"selector": {"matchLabels": {"app": "web"}}}
ON_OTHERS: dict[str, Any] = {"selector": {"matchLabels": {"app": "db"}}}


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([], "PERMISSIVE"),
        ([mtls("STRICT", "istio-system")], "STRICT"),
        ([mtls("STRICT", "elsewhere")], "PERMISSIVE"),
        ([mtls("UNSET", "istio-system")], "PERMISSIVE"),
        ([mtls("STRICT", "istio-system"), mtls("DISABLE")], "DISABLE"),
        ([mtls("STRICT", "istio-system"), mtls("UNSET")], "STRICT"),
        ([mtls("STRICT"), mtls("DISABLE", "istio-system")], "STRICT"),
        ([mtls("STRICT"), mtls("PERMISSIVE", **ON_WEB)], "PERMISSIVE"),
        ([mtls("STRICT"), mtls("PERMISSIVE", **ON_OTHERS)], "STRICT"),
        ([mtls("STRICT"), mtls("DISABLE")], "STRICT"),  # the older one
        ([mtls("STRICT", "istio-system"), mtls("DISABLE", "istio-system", **ON_WEB)], "STRICT"),
        ([mtls("STRICT", **ON_WEB, portLevelMtls={"8080": {"mode": "DISABLE"}})], "DISABLE"),
        ([mtls("STRICT", **ON_WEB, portLevelMtls={"9090": {"mode": "DISABLE"}})], "STRICT"),
        ([mtls("STRICT", **ON_WEB, portLevelMtls={"8080": {"mode": "UNSET"}})], "STRICT"),
        ([mtls("STRICT", portLevelMtls={"8080": {"mode": "DISABLE"}})], "STRICT"),  # without a selector it is nothing
    ],
)
def test_the_narrowest_peer_authentication_counts(objects: list[dict[str, Any]], expected: str) -> None:
    assert rules(*objects).mode(POD, PORT) == expected


def test_strict_hears_who_has_a_certificate_of_this_root_and_nobody_else() -> None:
    assert let_in() == EVERYBODY
    assert let_in(STRICT) == KNOWN
    assert let_in(mtls("DISABLE", "istio-system")) == EVERYBODY


def test_without_mutual_tls_nobody_is_known_by_name() -> None:
    named = allow(principals("mesh.example/ns/friends/sa/web"))
    assert let_in(named) == {"friend"}
    assert let_in(named, mtls("DISABLE")) == set()


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([allow()], set()),  # no rules: the documentation's "allow-nothing"
        ([made("AuthorizationPolicy", {})], set()),  # nor action: ALLOW is meant
        ([allow({})], KNOWN),  # its "allow-all"
        ([allow({}, action="DENY")], set()),
        ([allow(action="DENY")], KNOWN),
        ([allow({}, action="AUDIT")], KNOWN),
        ([allow({}), allow(principals("*"), action="DENY")], set()),
        ([allow({}), allow(principals("mesh.example/ns/friends/*"), action="DENY")], {"stranger", "abroad"}),
        ([allow(), allow(principals("mesh.example/ns/friends/sa/web"))], {"friend"}),
        ([allow(namespace="istio-system"), allow(principals("*/ns/friends/sa/web"))], {"friend", "abroad"}),
        ([allow(namespace="istio-system")], set()),
        ([allow(namespace="elsewhere")], KNOWN),
        ([allow(), allow({}, namespace="elsewhere")], set()),
        ([allow(), allow({}, **ON_OTHERS)], set()),
        ([allow(), allow({}, **ON_WEB)], KNOWN),
        ([allow(), allow({}, namespace="istio-system", **ON_WEB)], KNOWN),
    ],
)
def test_deny_comes_first_and_with_any_allow_the_rest_is_refused(
    objects: list[dict[str, Any]], expected: set[str]
) -> None:
    assert let_in(STRICT, *objects) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (principals("mesh.example/ns/friends/sa/web"), {"friend"}),
        (principals("mesh.example/ns/friends/sa/*"), {"friend"}),
        (principals("mesh.example/ns/friend"), set()),
        (principals("mesh.example/ns/friend*"), {"friend"}),
        (principals("*/sa/web"), KNOWN),
        (principals("*"), KNOWN),
        (principals("cluster.local/ns/friends/sa/web"), {"friend"}),
        (source(notPrincipals=["mesh.example/ns/friends/sa/web"]), {"stranger", "abroad"}),
        (source(namespaces=["friends"]), {"friend", "abroad"}),  # of any trust domain
        (source(namespaces=["friends"], notPrincipals=["abroad.example/*"]), {"friend"}),
        (source(notNamespaces=["friends"]), {"stranger"}),
        ({"from": [*principals("mesh.example/ns/friends/*")["from"], *source(namespaces=["strangers"])["from"]]},
         {"friend", "stranger"}),
        ({"to": [{"operation": {"ports": ["8080"]}}]}, KNOWN),
        ({"to": [{"operation": {"ports": ["80"]}}]}, set()),
        ({"to": [{"operation": {"ports": ["80"]}}, {"operation": {"ports": ["8080"]}}]}, KNOWN),
        ({"to": [{"operation": {"notPorts": ["8080"]}}]}, set()),
        ({"to": [{"operation": {"paths": ["/open"]}}]}, KNOWN),  # the caller chooses it
        ({"when": [{"key": "source.namespace", "values": ["friends"]}]}, {"friend", "abroad"}),
        ({"when": [{"key": "source.principal", "notValues": ["mesh.example/*"]}]}, {"abroad"}),
        ({"when": [{"key": "destination.port", "values": ["80"]}]}, set()),
        ({"when": [{"key": "request.headers[x-me]", "values": ["friend"]}]}, KNOWN),
    ],
)  # fmt: skip
def test_what_a_rule_says(rule: dict[str, Any], expected: set[str]) -> None:
    assert let_in(STRICT, allow(rule)) == expected


def test_a_negative_is_true_of_nobody_as_well() -> None:
    assert "nobody" in let_in(allow(source(notPrincipals=["mesh.example/ns/friends/sa/web"])))
    assert "nobody" not in let_in(allow(principals("*")))


def test_a_denial_that_asks_for_what_the_caller_chooses_denies_nothing() -> None:
    closed = allow({"to": [{"operation": {"paths": ["/secret"]}}]}, action="DENY")
    assert let_in(STRICT, closed) == KNOWN


def test_a_policy_in_dry_run_decides_nothing() -> None:
    dry = allow(action="ALLOW")
    dry["metadata"]["annotations"] = {"istio.io/dry-run": "true"}
    assert let_in(STRICT, dry) == KNOWN


@pytest.mark.parametrize(
    "policy",
    [
        allow({}, action="CUSTOM"),
        allow(source(ipBlocks=["10.0.0.0/8"])),
        allow({"when": [{"key": "source.ip", "values": ["10.0.0.0/8"]}]}),
        allow({}, targetRefs=[{"kind": "Gateway", "name": "waypoint"}]),
    ],
)
def test_what_is_not_understood_is_refused_and_not_passed_over(policy: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedError):
        let_in(STRICT, policy)
