"""Each rule passes what is compliant and finds the one flip that it is about; what it cannot see it has not passed.

Five tests for each case (I1): compliant, violating, property missing, value unknown, several resources. A rule without
a case is refused.
"""

from dataclasses import replace
from typing import Final

import pytest

from controls import control, problems
from policies.evaluation import evaluate
from policies.table import RULES, rules_about
from tests.unit.policies import cases_of_aws, cases_of_mesh, cases_of_objects, cases_of_platform
from tests.unit.policies.case import EXPECTED, FINE, GONE, Case, flipped, hidden, resource, results
from tests.unit.policies.objects_of_tenants import metadata

CASES: Final = (
    *cases_of_objects.PODS,
    *cases_of_objects.TENANTS,
    *cases_of_platform.ACCESS,
    *cases_of_platform.NETWORK,
    *cases_of_platform.PLATFORM,
    *cases_of_mesh.MESH,
    *cases_of_aws.DATA,
    *cases_of_aws.BUCKETS,
    *cases_of_aws.ACCOUNT,
    *cases_of_aws.OPERATION,
)
every_case = pytest.mark.parametrize("case", CASES, ids=str)


def protected(case: Case) -> bool:
    """Of the violating one."""
    return case.path != ()


@every_case
def test_a_compliant_resource_has_no_finding(case: Case) -> None:
    found = results(case.token, case.good, case.expected)
    assert [str(each) for each in found if not case.always or each.control.id != case.control] == []


@every_case
def test_one_flip_is_found_by_its_control_alone(case: Case) -> None:
    found = results(case.token, case.flipped, case.expected, protect=protected(case))
    own = [each for each in found if each.control.id == case.control]
    assert any(case.said in each.what for each in own), found
    assert all(each.evaluated for each in own)
    assert {each.control.id for each in found} - {case.control} == case.also
    (line, *_) = map(str, own)
    assert line.startswith(f"[{case.control}] ")
    assert line.endswith(f" Fix: {control(case.control).fix}")


@every_case
def test_a_property_that_is_missing_is_what_its_default_is(case: Case) -> None:
    path = case.path or case.hidden or ()
    found = results(case.token, flipped(case.good, path, GONE), case.expected)
    said = [each.what for each in found if each.control.id == case.control]
    expected = case.said if case.missing is None and case.path else case.missing or FINE
    assert any(expected in each for each in said) if expected != FINE else said == []


@every_case
def test_a_value_that_is_not_known_is_not_evaluated_and_never_passed(case: Case) -> None:
    found = results(case.token, hidden(case.good, case.hidden or case.path), case.expected, protect=protected(case))
    own = [each for each in found if each.control.id == case.control and not each.evaluated]
    if case.always:
        assert [each for each in found if each.control.id == case.control]
        return
    assert own, found
    assert "is not known before it is made" in own[0].what
    assert str(own[0]).startswith(f"[{case.control}] not evaluated: ")


@every_case
def test_of_several_resources_the_wrong_one_is_named(case: Case) -> None:
    wrong = resource(case.token, case.flipped, name="wrong", urn="urn:wrong", protect=protected(case))
    right = [resource(case.token, case.good, name=name, urn=f"urn:{name}") for name in ("first", "last")]
    found = [each for one in (right[0], wrong, right[1]) for each in evaluate(one, case.expected)]
    named = {each.urn for each in found if each.control.id == case.control}
    assert named == {"urn:wrong"} or (case.always and named == {"urn:first", "urn:wrong", "urn:last"})


def test_no_rule_is_without_its_five_tests() -> None:
    asked = {id(rule) for case in CASES for rule in rules_about(resource(case.token, case.good))
             if rule.control.id == case.control}  # fmt: skip
    assert [rule.control.id for rule in RULES if id(rule) not in asked] == []


def test_every_rule_is_of_a_control_that_says_so() -> None:
    for rule in RULES:
        assert problems(rule.control) == []
        assert rule.control.preview, rule.control.id


def test_the_vpc_cni_enforces_nothing_where_calico_does() -> None:
    token, told = "aws:eks/addon:Addon", {**cases_of_aws.ADDON, "configurationValues": "{}"}
    assert results(token, told) == []
    assert len(results(token, told, replace(EXPECTED, addons=frozenset()))) == 1


def test_an_ingress_beside_no_gateway_has_its_tenants_host() -> None:
    none = replace(EXPECTED, addons=frozenset())
    token = "kubernetes:networking.k8s.io/v1:Ingress"
    own = {"metadata": metadata(), "spec": {"rules": [{"host": "acme.tenants.example"}]}}
    assert evaluate(resource(token, own), none) == []
    (found,) = evaluate(resource(token, flipped(own, ("spec", "rules", 0, "host"), "bolt.tenants.example")), none)
    assert found.what == "the Ingress has host 'bolt.tenants.example', not 'acme.tenants.example'"


def test_what_is_of_another_provider_is_not_looked_at() -> None:
    assert results("random:index/randomPassword:RandomPassword", {"length": 3}) == []
    assert results("tenantplane:tenancy:Tenant", {}) == []
