"""Each rule about a whole stack passes one that is whole, and finds what one of its parts lacks (I1).

Five tests for each case, as in test_rules.py; the several resources are two tenants, of which one is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from policies.evaluation import Result, evaluate_stack
from policies.expected import Expected
from policies.objects import Resource
from policies.table import STACK_RULES
from tests.unit.policies.case import EXPECTED, FINE, GONE, Path, flipped, hidden, resource
from tests.unit.policies.whole_stack import REFERS, Parts, whole_stack


@dataclass(frozen=True, kw_only=True)
class Case:
    """A rule about a stack.

    control: its id. part, path, bad: the flip; without a path the part is taken away. said: in the finding. missing:
    said when the property is not there; FINE where it may be missing. hidden: part and path of what is not known.
    """

    control: str
    part: str
    path: Path = ()
    bad: Any = GONE
    said: str
    missing: str | None = None
    hidden: tuple[str, Path]

    def __str__(self) -> str:
        return f"{self.control} {self.part} {'.'.join(map(str, self.path))}"


def case(  # noqa: PLR0917
    control: str, part: str, path: Path, bad: object, said: str, hidden: tuple[str, Path], missing: str | None = None
) -> Case:
    return Case(control=control, part=part, path=path, bad=bad, said=said, hidden=hidden, missing=missing)


_DENY = "has no NetworkPolicy that denies all, in and out"
_NETS: Path = ("spec", "egress", 0, "destination", "nets")
CASES: Final = (
    case("TP-B2-02", "acme-limit", ("spec", "rateLimit"), {}, "of tenant 'acme' has no rate limit",
         ("acme-limit", ("spec", "rateLimit"))),
    case("TP-B2-02", "acme-limit", (), GONE, "of tenant 'acme' has no rate limit",
         ("acme-limit", ("spec", "targetRefs"))),
    case("TP-B3-01", "acme-tokens", ("spec", "jwt", "providers"), [], "of tenant 'acme' asks for no token",
         ("acme-tokens", ("spec", "jwt", "providers"))),
    case("TP-B3-01", "acme-tokens", ("spec", "targetRefs", 0, "name"), "other", "of tenant 'acme' asks for no token",
         ("acme-tokens", ("spec", "authorization", "defaultAction"))),
    case("TP-C1-01", "acme-quota", ("spec", "hard", "pods"), GONE, "'tenant-acme' has no quota of pods",
         ("acme-quota", ("spec", "hard"))),
    case("TP-C1-01", "acme-quota", (), GONE, "'tenant-acme' has no quota of requests.cpu,",
         ("acme-quota", ("metadata", "namespace"))),
    case("TP-C1-02", "acme-limits", ("spec", "limits", 0, "default"), {}, "'tenant-acme' has no LimitRange",
         ("acme-limits", ("spec", "limits", 0, "default"))),
    case("TP-C9-01", "acme-scaler", ("spec", "maxReplicas"), 5, "maxReplicas is 5, and the quota admits 4 pods",
         ("acme-scaler", ("spec", "maxReplicas")), FINE),
    case("TP-C9-02", "acme-budget", (), GONE, "pods of Deployment 'app' have no PodDisruptionBudget",
         ("acme-budget", ("spec", "selector", "matchLabels"))),
    case("TP-C9-02", "acme-budget", ("spec", "selector", "matchLabels"), {"app": "other"},
         "have no PodDisruptionBudget",
         ("acme-scaler", ("spec", "scaleTargetRef", "name"))),
    case("TP-D1-03", "acme-queue", (), GONE, "'tenant-acme' has no queue", ("acme-queue", ("metadata", "namespace"))),
    case("TP-D4-01", "acme-quota", ("spec", "hard", "requests.cpu"), "97",
         "tenants are guaranteed cpu 101, and all pools at their most have 100",
         ("acme-quota", ("spec", "hard", "requests.cpu")), FINE),
    case("TP-E1-01", "acme-deny", ("spec", "ingress"), [{}], f"'tenant-acme' {_DENY}",
         ("acme-deny", ("spec", "podSelector")),
         FINE),
    case("TP-E1-01", "acme-deny", ("spec", "policyTypes"), ["Ingress"], _DENY, ("acme-deny", ("spec", "policyTypes"))),
    case("TP-E1-04", "system-deny", (), GONE, f"'system' {_DENY}", ("system-deny", ("spec", "policyTypes"))),
    case("TP-E2-01", "acme-rail", (), GONE, "tenant 'acme' has no guard-rail", ("acme-rail", ("spec", "tier"))),
    case("TP-E2-03", "metadata", _NETS, ["169.254.169.254/32"], "no guard-rail denies fd00:ec2::254/128",
         ("metadata", _NETS)),
    case("TP-F1-02", "acme-secret", ("stringData", "user"), "tenant_bolt", "'acme' has user 'tenant_bolt' of another",
         ("acme-secret", ("stringData", "user")), "has a credential without a user"),
    case("TP-G1-01", "acme-scrape", (), GONE, "'tenant-acme' has no PodMonitor",
         ("acme-scrape", ("metadata", "namespace"))),
    case("TP-I1-01", "rule-binding", (), GONE, "policy 'rule' has no binding",
         ("rule-binding", ("spec", "policyName"))),
    case("TP-F4-07", "audit-block", (), GONE, "'audit' has no BucketPublicAccessBlock", ("audit", ("bucket",))),
    case("TP-F4-08", "audit-encryption", (), GONE, "'audit' has no BucketServerSideEnc", ("audit", ("bucket",))),
    case("TP-F4-09", "audit-versions", (), GONE, "'audit' has no BucketVersioning", ("audit", ("bucket",))),
    case("TP-F4-10", "audit-policy", (), GONE, "'audit' has no BucketPolicy", ("audit", ("bucket",))),
    case("TP-G5-01", "audit-lock", (), GONE, "'audit' has no BucketObjectLockConfiguration", ("audit", ("bucket",))),
    case("TP-G6-02", "audit-lifecycle", (), GONE, "'audit' has no BucketLifecycle", ("audit", ("bucket",))),
    case("TP-G6-02", "images-lifecycle", (), GONE, "repository 'images' has no LifecyclePolicy",
         ("audit", ("bucket",))),
    case("TP-F2-05", "database-1", (), GONE, "database cluster 'database' has 1 instances", ("", ())),
    case("TP-F5-05", "rotation", ("rotationRules", "automaticallyAfterDays"), 365, "'password' is not turned every 90",
         ("rotation", ("rotationRules", "automaticallyAfterDays"))),
    case("TP-H2-14", "flows", (), GONE, "Vpc 'vpc' has no FlowLog", ("", ())),
)  # fmt: skip
every_case = pytest.mark.parametrize("case", CASES, ids=str)


def resources(parts: Parts, refers: Mapping[str, str] = REFERS) -> list[Resource]:
    return [
        resource(
            token, props, name=name, urn=f"urn:{name}",
            depends=frozenset({f"urn:{refers[name]}"} if name in refers else ()),
        )
        for name, (token, props) in parts.items()
    ]  # fmt: skip


def said(parts: Parts, expected: Expected = EXPECTED) -> list[Result]:
    return evaluate_stack(resources(parts), expected)


def changed(case: Case, value: object) -> Parts:
    parts = whole_stack()
    if case.path:
        token, props = parts[case.part]
        parts[case.part] = token, flipped(props, case.path, value)
    else:
        del parts[case.part]
    return parts


def test_a_whole_stack_has_no_finding() -> None:
    assert list(map(str, said(whole_stack()))) == []
    assert said({}) == []


@every_case
def test_one_flip_is_found_by_its_control_alone(case: Case) -> None:
    found = said(changed(case, case.bad))
    assert {each.control.id for each in found} == {case.control}
    assert any(case.said in each.what for each in found), found
    assert all(each.evaluated for each in found)


@every_case
def test_a_property_that_is_missing_is_what_its_default_is(case: Case) -> None:
    found = [each.what for each in said(changed(case, GONE)) if each.control.id == case.control]
    expected = case.said if case.missing is None else case.missing
    assert any(expected in each for each in found) if expected else found == []


@every_case
def test_a_value_that_is_not_known_is_not_evaluated_and_never_passed(case: Case) -> None:
    part, path = case.hidden
    if not part:
        return  # it asks for references, which the engine always knows
    parts = whole_stack()
    if part == "audit":
        # Without a reference the name is all that joins the two.
        token, props = parts[part]
        parts[part] = token, hidden(props, path)
        found = evaluate_stack(resources(parts, {}), EXPECTED)
    else:
        token, props = parts[part]
        parts[part] = token, hidden(props, path)
        found = said(parts)
    own = [each for each in found if each.control.id == case.control]
    assert own, found
    assert not all(each.evaluated for each in own)


@every_case
def test_of_two_tenants_the_wrong_one_is_named(case: Case) -> None:
    found = said(changed(case, case.bad))
    if case.control != "TP-F1-02":  # about two tenants by its nature
        assert not any("bolt" in each.name or "bolt" in each.what for each in found)
    about = case.part.partition("-")[0]
    assert all(about in each.urn or each.name == "stack" or each.urn == f"urn:{REFERS.get(case.part)}"
               or case.control in ("TP-E2-03", "TP-F1-02") for each in found)  # fmt: skip


def test_no_rule_is_without_its_five_tests() -> None:
    assert {each.control.id for each in STACK_RULES} == {each.control for each in CASES}


@pytest.mark.parametrize("control", ["TP-D1-03", "TP-D4-01", "TP-E2-01", "TP-G1-01"])
def test_what_only_the_catalogue_knows_is_not_evaluated_without_it(control: str) -> None:
    found = [each for each in said(whole_stack(), Expected()) if each.control.id == control]
    assert [each.evaluated for each in found] == [False]
    assert "is not known without the environment's catalogue" in found[0].what


def test_a_cluster_without_the_addon_asks_for_nothing_of_it() -> None:
    none = replace(EXPECTED, addons=frozenset())
    parts = {
        name: part for name, part in whole_stack().items() if name not in ("acme-queue", "acme-rail", "acme-scrape")
    }
    assert said(parts, none) == []
