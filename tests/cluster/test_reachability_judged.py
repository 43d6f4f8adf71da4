"""The reachability engine of the tests agrees with an analyzer of others, on live policies and on random ones (E1, E4).

In one thing cyclonus 0.5.6 is wrong and so is not asked: it takes `NotIn` not to hold for a pod without the label. The
API's own selectors take it to (apimachinery, labels.Requirement.Matches).
"""

import itertools
import random
from pathlib import Path
from typing import Any

import pytest

from fleet.reachability import Endpoint, Policy, outside, reaches
from settings import TenantPlan
from tests.cluster.acting import Caller
from tests.cluster.cyclonus import judged
from tests.cluster.guarded import PORTS, World, is_tenants

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

WORLDS = 40
NAMESPACES = ("red", "blue", "green")
VALUES = ("one", "two")
ADDRESSES = ("10.0.0.7", "10.0.1.7", "203.0.113.9")
RANGES = ("10.0.0.0/16", "10.0.0.0/24", "0.0.0.0/0", "203.0.113.0/24")


def test_on_the_live_policies_of_all_tenants(
    live: World, plans: dict[str, TenantPlan], few: dict[str, Endpoint], admin: Caller, tmp_path: Path
) -> None:
    """All pairs of three tenants, the platform and outside, of which one is a tenant's, on every port."""
    del plans, admin
    questions = [
        (few[source], few[target], protocol, port)
        for source, target in itertools.product(few, few)
        if source != target
        and (is_tenants(source) or is_tenants(target))
        # It knows no address of version 6 where a rule names one of version 4.
        and ":" not in (few[source].address or "") + (few[target].address or "")
        for protocol, port in PORTS
    ]
    verdicts = judged(live.network_policies, questions, tmp_path)
    assert len(questions) > 1000
    assert any(verdicts)
    wrong = [
        (source.name, target.name, protocol, port)
        for (source, target, protocol, port), said in zip(questions, verdicts, strict=True)
        if reaches(live.network_policies, source, target, protocol, port) is not said
    ]
    assert wrong == []


def selector(chance: random.Random) -> dict[str, Any]:
    kind = chance.randrange(4)
    if kind == 0:
        return {}
    if kind == 1:
        return {"matchLabels": {"app": chance.choice(VALUES)}}
    if kind == 2:
        operator = chance.choice(("In", "NotIn"))
        one_of = {"key": "app", "operator": operator, "values": [chance.choice(VALUES)]}
        return {"matchExpressions": [one_of, {"key": "app", "operator": "Exists"}]}
    return {"matchExpressions": [{"key": "app", "operator": chance.choice(("Exists", "DoesNotExist"))}]}


def peer(chance: random.Random) -> dict[str, Any]:
    kind = chance.randrange(4)
    if kind == 0:
        return {"podSelector": selector(chance)}
    if kind == 1:
        return {"namespaceSelector": {"matchLabels": {"name": chance.choice(NAMESPACES)}}}
    if kind == 2:
        return {"namespaceSelector": {}, "podSelector": selector(chance)}
    block: dict[str, Any] = {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/24"]} if chance.random() < 0.3 else {}
    return {"ipBlock": block or {"cidr": chance.choice(RANGES)}}


def port(chance: random.Random) -> dict[str, Any]:
    kind = chance.randrange(3)
    made: dict[str, Any] = {"protocol": chance.choice(("TCP", "UDP"))}
    if kind:
        made["port"] = chance.choice((53, 443, 8080))
    if kind == 2:
        made["endPort"] = 9000
    return made


def rules(chance: random.Random, peers: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for _ in range(chance.randrange(3)):
        rule: dict[str, Any] = {}
        if chance.random() < 0.8:
            rule[peers] = [peer(chance) for _ in range(chance.randint(1, 2))]
        if chance.random() < 0.6:
            rule["ports"] = [port(chance) for _ in range(chance.randint(1, 2))]
        made.append(rule)
    return made


def world(seed: int) -> list[Policy]:
    """A few policies in three namespaces."""
    chance = random.Random(seed)  # noqa: S311 - the same worlds every time
    made: list[Policy] = []
    for number in range(chance.randint(1, 6)):
        types = chance.choice((["Ingress"], ["Egress"], ["Ingress", "Egress"]))
        spec: dict[str, Any] = {"podSelector": selector(chance), "policyTypes": types}
        if "Ingress" in types:
            spec["ingress"] = rules(chance, "from")
        if "Egress" in types:
            spec["egress"] = rules(chance, "to")
        made.append({"metadata": {"name": f"p{number}", "namespace": chance.choice(NAMESPACES)}, "spec": spec})
    return made


def parties() -> list[Endpoint]:
    pods = [
        Endpoint(f"{name}/{app}", name, {"name": name}, {"app": app} if app else {}, f"10.0.{at}.{number + 7}")
        for at, name in enumerate(NAMESPACES)
        for number, app in enumerate((*VALUES, ""))
    ]
    return [*pods, outside("near", ADDRESSES[0]), outside("far", ADDRESSES[2])]


def test_on_policies_made_at_random(tmp_path: Path) -> None:
    who = parties()
    asked = [
        (source, target, protocol, number)
        for source, target in itertools.permutations(who, 2)
        if source.is_pod or target.is_pod
        for protocol, number in (("TCP", 443), ("TCP", 8500), ("UDP", 53))
    ]
    opened = closed = 0
    for seed in range(WORLDS):
        policies = world(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        for question, said in zip(asked, judged(policies, asked, folder), strict=True):
            opened, closed = opened + said, closed + (not said)
            assert reaches(policies, *question) is said, (seed, question, policies)
    assert min(opened, closed) > 1000
