"""The reference evaluator of Calico's tiers against truth tables written by hand from Calico's documentation (E2)."""

from typing import Any

import pytest

from fleet.reachability import Calico, Endpoint, outside, selector

Object = dict[str, Any]

A = Endpoint("a", "one", {"team": "red"}, {"app": "a"}, "10.128.0.1")
B = Endpoint("b", "two", {"team": "blue"}, {"app": "b"}, "10.128.0.2")
INTERNET = outside("internet", "203.0.113.7")
API = outside("api", "192.0.2.10", ("default/kubernetes", "TCP", 6443))


def tier(name: str, order: float | None, **spec: Any) -> Object:
    return {"metadata": {"name": name}, "spec": ({} if order is None else {"order": order}) | spec}


def policy(tier: str, name: str, order: float | None, *egress: Object | str, **spec: Any) -> Object:
    """A policy for the way out of A. A word is a rule with that action and no condition."""
    rules = [{"action": rule} if isinstance(rule, str) else rule for rule in egress]
    ordered = {} if order is None else {"order": order}
    shape = {"tier": tier, "types": ["Egress"], "selector": "app == 'a'", "egress": rules, **ordered, **spec}
    return {"metadata": {"name": f"{tier}.{name}"}, "spec": shape}


def network_policy(namespace: str = "one", **spec: Any) -> Object:
    return {
        "metadata": {"namespace": namespace},
        "spec": {"podSelector": {}, "policyTypes": ["Egress"], **spec},
    }


ALLOWING = network_policy(egress=[{}])
DENYING = network_policy()


def open_(tiers: list[Object], policies: list[Object], network: list[Object], target: Endpoint = B) -> bool:
    """Whether A reaches the target on TCP 80."""
    return Calico(tiers, policies, network).reaches(A, target, "TCP", 80)


def test_without_any_policy_the_profile_allows() -> None:
    assert open_([], [], [])


@pytest.mark.parametrize(
    ("rules", "default", "network", "expected"),
    [
        # What a tier decides, no later one is asked: not one that allows, not one that denies.
        (["Allow"], "Deny", [DENYING], True),
        (["Deny"], "Deny", [ALLOWING], False),
        (["Allow"], "Pass", [DENYING], True),
        (["Deny"], "Pass", [ALLOWING], False),
        # Pass leaves it to the next tier, and past the last one to the profile.
        (["Pass"], "Deny", [ALLOWING], True),
        (["Pass"], "Deny", [DENYING], False),
        (["Pass"], "Deny", [], True),
        # No rule matches: the end of the tier decides.
        ([], "Deny", [ALLOWING], False),
        ([], "Deny", [], False),
        ([], "Pass", [ALLOWING], True),
        ([], "Pass", [DENYING], False),
        ([], "Pass", [], True),
        # Log decides nothing; the first rule that matches does.
        (["Log"], "Deny", [ALLOWING], False),
        (["Log", "Allow"], "Deny", [DENYING], True),
        (["Allow", "Deny"], "Deny", [], True),
        (["Deny", "Allow"], "Deny", [], False),
        (["Pass", "Deny"], "Deny", [], True),
    ],
)
def test_actions_of_one_tier_before_the_network_policies(
    rules: list[str], default: str, network: list[Object], expected: bool
) -> None:
    found = open_([tier("t", 1, defaultAction=default)], [policy("t", "p", 1, *rules)], network)
    assert found is expected


def test_a_tier_without_a_default_action_denies() -> None:
    assert not open_([tier("t", 1)], [policy("t", "p", 1)], [ALLOWING])


@pytest.mark.parametrize(
    "spec", [{"selector": "app == 'other'"}, {"namespaceSelector": "team == 'blue'"}, {"types": ["Ingress"]}]
)
def test_a_tier_takes_no_part_where_none_of_its_policies_selects_the_pod_for_the_direction(spec: Object) -> None:
    assert open_([tier("t", 1)], [policy("t", "p", 1, "Deny", **spec)], [])
    assert not open_([tier("t", 1)], [policy("t", "p", 1, "Deny")], [])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # (order, name) of a tier that allows and of one that denies.
        ((1, "a"), (2, "b"), True),
        ((2, "a"), (1, "b"), False),
        ((5, "a"), (5, "b"), True),
        ((5, "b"), (5, "a"), False),
        ((None, "a"), (1, "b"), False),
        ((1, "b"), (None, "a"), True),
    ],
)
def test_tiers_are_asked_by_order_then_by_name_and_without_an_order_last(
    first: tuple[float | None, str], second: tuple[float | None, str], expected: bool
) -> None:
    tiers = [tier(first[1], first[0]), tier(second[1], second[0])]
    policies = [policy(first[1], "p", 1, "Allow"), policy(second[1], "p", 1, "Deny")]
    assert open_(tiers, policies, []) is expected
    # The same within one tier.
    policies = [policy("t", first[1], first[0], "Allow"), policy("t", second[1], second[0], "Deny")]
    assert open_([tier("t", 1)], policies, []) is expected


@pytest.mark.parametrize(("order", "expected"), [(999_999, False), (1_000_001, True), (None, True)])
def test_a_tier_after_the_network_policies_is_not_asked_once_they_allow(order: float | None, expected: bool) -> None:
    assert open_([tier("t", order)], [policy("t", "p", 1, "Deny")], [ALLOWING]) is expected
    # No NetworkPolicy for this pod: their tier takes no part, and the later one decides.
    assert not open_([tier("t", order)], [policy("t", "p", 1, "Deny")], [])


def test_a_pass_leaves_out_the_rest_of_its_tier() -> None:
    policies = [policy("t", "first", 1, "Pass"), policy("t", "second", 2, "Deny")]
    assert open_([tier("t", 1)], policies, [])
    swapped = [policy("t", "first", 2, "Pass"), policy("t", "second", 1, "Deny")]
    assert not open_([tier("t", 1)], swapped, [])


def test_a_connection_needs_both_directions() -> None:
    into = {"types": ["Ingress"], "selector": "app == 'b'", "egress": []}
    closed = policy("t", "p", 1, **into, ingress=[{"action": "Deny"}])
    assert not open_([tier("t", 1)], [closed], [])
    assert Calico([tier("t", 1)], [closed], []).reaches(B, A, "TCP", 80)
    # What is no pod has no policies of its own.
    assert not Calico([tier("t", 1)], [closed], []).reaches(INTERNET, B, "TCP", 80)
    assert Calico([tier("t", 1)], [closed], []).reaches(INTERNET, A, "TCP", 80)


@pytest.mark.parametrize(
    ("spec", "out", "into"),
    [
        ({}, True, False),
        ({"ingress": [{"action": "Allow"}]}, True, True),
        ({"egress": [{"action": "Deny"}]}, False, True),
        ({"egress": [{"action": "Deny"}], "ingress": [{"action": "Allow"}]}, False, True),
    ],
)
def test_types_that_are_not_given_follow_from_the_rules(spec: Object, out: bool, into: bool) -> None:
    made = Calico(
        [tier("t", 1)], [{"metadata": {"name": "t.p"}, "spec": {"tier": "t", "selector": "app == 'a'", **spec}}], []
    )
    assert made.reaches(A, B, "TCP", 80) is out
    assert made.reaches(B, A, "TCP", 80) is into


@pytest.mark.parametrize(
    ("rule", "target", "protocol", "port", "matched"),
    [
        ({"protocol": "TCP"}, B, "TCP", 80, True),
        ({"protocol": "UDP"}, B, "TCP", 80, False),
        ({"protocol": "TCP", "destination": {"ports": [53, 80]}}, B, "TCP", 80, True),
        ({"protocol": "TCP", "destination": {"ports": [53]}}, B, "TCP", 80, False),
        ({"destination": {"selector": "app == 'b'"}}, B, "TCP", 80, True),
        ({"destination": {"selector": "app == 'a'"}}, B, "TCP", 80, False),
        ({"destination": {"namespaceSelector": "team == 'blue'"}}, B, "TCP", 80, True),
        # The label of a pod is not one of its namespace, nor the other way round.
        ({"destination": {"namespaceSelector": "app == 'b'"}}, B, "TCP", 80, False),
        ({"destination": {"selector": "team == 'blue'"}}, B, "TCP", 80, False),
        ({"destination": {"namespaceSelector": "team == 'blue'", "selector": "app == 'a'"}}, B, "TCP", 80, False),
        # all() means every pod and nothing else; no condition means everything.
        ({"destination": {"namespaceSelector": "all()"}}, B, "TCP", 80, True),
        ({"destination": {"namespaceSelector": "all()"}}, INTERNET, "TCP", 80, False),
        ({"destination": {"selector": "all()"}}, INTERNET, "TCP", 80, False),
        ({}, INTERNET, "TCP", 80, True),
        ({"destination": {"nets": ["203.0.113.0/24"]}}, INTERNET, "TCP", 80, True),
        ({"destination": {"nets": ["198.51.100.0/24"]}}, INTERNET, "TCP", 80, False),
        ({"destination": {"nets": ["::/0"]}}, INTERNET, "TCP", 80, False),
        ({"destination": {"nets": ["10.128.0.0/12"]}}, B, "TCP", 80, True),
        ({"destination": {"services": {"name": "kubernetes", "namespace": "default"}}}, API, "TCP", 6443, True),
        ({"destination": {"services": {"name": "kubernetes", "namespace": "default"}}}, API, "TCP", 22, False),
        ({"destination": {"services": {"name": "other", "namespace": "default"}}}, API, "TCP", 6443, False),
        ({"source": {"selector": "app == 'a'"}}, B, "TCP", 80, True),
        ({"source": {"selector": "app == 'b'"}}, B, "TCP", 80, False),
    ],
)
def test_what_a_rule_matches(rule: Object, target: Endpoint, protocol: str, port: int, matched: bool) -> None:
    denying = policy("t", "p", 1, {"action": "Deny", **rule}, "Allow")
    assert Calico([tier("t", 1)], [denying], []).reaches(A, target, protocol, port) is not matched


@pytest.mark.parametrize(
    ("expression", "taken"),
    [
        ("all()", True),
        ("has(a)", True),
        ("has(c)", False),
        ("!has(c)", True),
        ("a == '1'", True),
        ('a == "1"', True),
        ("a == '2'", False),
        ("a != '2'", True),
        ("c != '2'", True),
        ("a != '1'", False),
        ("a == '1' && b/x.y-z == '2'", True),
        ("a == '1' && has(c)", False),
        ("has(c) || a == '1'", True),
        # && binds before ||.
        ("a == '1' || has(c) && has(d)", True),
        ("(a == '1' || has(c)) && has(d)", False),
        ("!(has(c) || has(d))", True),
    ],
)
def test_selectors(expression: str, taken: bool) -> None:
    assert selector(expression)({"a": "1", "b/x.y-z": "2"}) is taken


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "a in {'1'}",
        "a not in {'1'}",
        "a contains '1'",
        "global()",
        "a ==",
        "a == 1",
        "(has(a)",
        "has(a) has(b)",
        "a",
    ],
)
def test_selectors_that_are_not_understood_are_refused(expression: str) -> None:
    with pytest.raises(NotImplementedError):
        selector(expression)


@pytest.mark.parametrize(
    "changed",
    [
        policy("t", "p", 1, {"action": "Deny", "notProtocol": "TCP"}),
        policy("t", "p", 1, {"action": "Deny", "destination": {"notNets": ["10.0.0.0/8"]}}),
        policy("t", "p", 1, {"action": "Deny", "destination": {"ports": [80]}}),
        policy("t", "p", 1, {"action": "Deny", "protocol": "TCP", "destination": {"ports": ["80:90"]}}),
        policy("t", "p", 1, {"action": "Deny", "destination": {"nets": ["10.0.0.0/8", "::/0"]}}),
        policy("t", "p", 1, {"action": "deny"}),
        policy("t", "p", 1, "Deny", doNotTrack=True),
        policy("default", "p", 1, "Deny"),
    ],
)
def test_policies_that_are_not_understood_are_refused(changed: Object) -> None:
    with pytest.raises(NotImplementedError):
        Calico([tier("t", 1)], [changed], [])


def test_a_policy_without_its_tier_is_refused() -> None:
    with pytest.raises(ValueError, match=r"t\.p: there is no tier 't'"):
        Calico([], [policy("t", "p", 1, "Deny")], [])
