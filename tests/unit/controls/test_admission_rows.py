"""The API server refuses what the table of controls says: no rule without its row, no row without a rule (I1)."""

from collections.abc import Iterable

import pulumi
import pytest

from components.security import admission_policy as policies
from components.security.admission_policy import Refusal, admission_policy, asked_in_tenants, rule, validation
from controls import CONTROLS
from tests.unit.components.local_stack import whole
from tests.unit.components.recorder import record

OURS = "tenantplane-"


def test_every_rule_is_of_a_control_that_names_its_policy_and_every_such_name_has_a_rule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: set[tuple[str, str]] = set()

    def spy(policy: str, rules: Iterable[Refusal]) -> list[str]:
        made.update((each.control.id, policy) for each in rules)
        return []

    monkeypatch.setattr(policies, "unnamed", spy)
    whole()
    named = {(each.id, name) for each in CONTROLS.values() for name in each.admission if name.startswith(OURS)}
    assert made == named


@pytest.mark.parametrize(
    ("control_id", "refused"), [("TP-E2-04", False), ("TP-G7-01", True)], ids=["named by its row", "not named"]
)
def test_a_rule_whose_row_does_not_name_the_policy_is_not_made(control_id: str, refused: bool) -> None:
    def program() -> None:
        whole = {
            **asked_in_tenants(rule("", "services")),
            "validations": [validation(control_id, "object.spec.?externalIPs.orValue([]).size() == 0", "no addresses")],
        }
        parent = pulumi.ComponentResource("tenantplane:test:Parent", "parent")
        admission_policy(parent, "services", whole, policy="tenantplane-tenant-services", component="test")

    said = str(record(program).error)
    assert ("enforces TP-G7-01, whose rows in controls/ do not name it" in said) is refused, said


def test_a_rule_of_no_control_is_none() -> None:
    with pytest.raises(KeyError):
        validation("TP-Z9-99", "true", "nothing")


def test_who_is_refused_is_told_the_control() -> None:
    """The same id as that of a finding at preview."""
    assert validation("TP-G7-01", "true", "no") == {
        "expression": "true",
        "message": "no [TP-G7-01]",
        "reason": "Forbidden",
    }
    told = Refusal("TP-A7-02", {"expression": "true", "message": "no", "message_expression": "'no: ' + object.x"})
    assert told["message_expression"] == "'no: ' + object.x + ' [TP-A7-02]'"
