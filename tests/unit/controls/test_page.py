"""The table of attacks is whole, and docs/controls.md says what is in it."""

import re
from collections import Counter

from components.security.object_admission import written
from controls.admission.objects import PROTECTED
from tests.cluster.attacks import ATTACKS
from tests.unit.components.local_stack import ROOT, local_stack
from tests.unit.controls import page
from tests.unit.controls.elsewhere import ELSEWHERE

REQUIRED = {"A6", "A7", *(f"C{each}" for each in range(2, 10)), *(f"D{each}" for each in range(1, 8)), "E1", "E2", "E4"}
SHOWN_ELSEWHERE = {
    "tenantplane-rooted-pods": "test_root_has_what_its_workload_states_and_the_rest_of_restricted_holds",
    "tenantplane-tenant-routes": "test_nobody_makes_a_tenant_a_route_that_is_not_its_own",
    "tenantplane-gateway-kinds": "test_a_tenants_namespace_has_nothing_else_of_the_gateways",
    "tenantplane-quota-shrinks": "test_a_quota_grows_at_once_and_shrinks_only_to_what_is_in_use",
}
"""Admission policies that no row is about, and the test that shows each."""


def test_the_page_is_that_of_the_table() -> None:
    assert page.FILE.read_text() == page.page(), "run `python -m tests.unit.controls.page`"


def test_every_row_has_a_name_of_its_own_and_there_are_many() -> None:
    assert [name for name, count in Counter(each.id for each in ATTACKS).items() if count > 1] == []
    assert len(ATTACKS) >= 80


def test_a_twin_differs_from_its_flip() -> None:
    same = [each.id for each in ATTACKS if each.twin == each.flip and each.twin_by in (None, each.who)]
    assert same == []


def test_every_requirement_and_every_check_of_the_benchmark_is_there() -> None:
    assert set(page.requirements()) >= REQUIRED
    sources = {source for each in ATTACKS for source in each.sources}
    assert {each for each in sources if each.startswith("MTB")} == set(page.BENCHMARK)


def test_what_is_shown_elsewhere_exists() -> None:
    for each in ELSEWHERE:
        file, test = each.test.split("::")
        assert re.search(rf"^def {test}\(", (ROOT / "tests" / file).read_text(), re.MULTILINE), each.test


def test_every_admission_policy_refuses_something() -> None:
    kind = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
    made = {each.inputs["metadata"]["name"] for each in local_stack().of(kind)}
    tried = {each.control.name.rsplit(" ", 1)[1] for each in ATTACKS if " tenantplane-" in each.control.name}
    assert made - set(SHOWN_ELSEWHERE) == tried
    shown = {each.test.split("::")[1] for each in ELSEWHERE}
    assert set(SHOWN_ELSEWHERE.values()) <= shown


def test_every_kind_that_tenants_write_is_held_to_the_rules_for_metadata() -> None:
    asked = {(each.group, name) for each in written() for name in each.resources}
    assert ("", "pods") in asked
    assert ("networking.k8s.io", "networkpolicies") in asked
    assert not any("/" in name for _, name in asked)
    assert ("", "resourcequotas") not in asked  # which no role writes, and the platform alone keeps
    assert "resourcequotas" in dict(PROTECTED)[""]
