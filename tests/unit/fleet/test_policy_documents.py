"""`fleet policy` reads documents that name what has yet to be made, and passes nothing else that is unknown (I1)."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, cast

import pytest
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from fleet.policy import Asked, Verdict
from fleet.policy_documents import about_a_document, document_read, program_asked
from fleet.preview.findings import Judge
from fleet.preview.side_process import SideProcess
from fleet.stacks import stacks_of
from tests.unit.components.local_stack import ROOT, catalogue

ROLE: Final = "iam:RolePolicy/reads"
ARN: Final = "arn:aws:s3:::stand-in/files"


def written(action: str = "s3:GetObject", resource: str = ARN) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})


def registered(policy: str, name: str = "reads") -> dict[str, Any]:
    return {
        "urn": f"urn:pulumi:local::tenantplane::aws:iam/rolePolicy:RolePolicy::{name}",
        "type": "aws:iam/rolePolicy:RolePolicy",
        "name": name,
        "custom": True,
        "provider": "",
        "inputs": {"policy": policy, "role": "r"},
        "depends": [],
        "by_property": {},
        "protect": False,
    }


class Rendered:
    """What a program registers with stand-ins."""

    def __init__(self, *resources: dict[str, Any]) -> None:
        self.resources = list(resources)

    def render(
        self, stack: str, tenants: Sequence[str] | None, salt: str, *, named: bool = False
    ) -> list[dict[str, Any]]:
        assert (stack, tenants) == ("local", None)
        assert salt
        self.named = named
        return self.resources


def unevaluated(control: str = "TP-H2-04", resource: str = ROLE, what: str = "policy") -> Verdict:
    said = f"[{control}] not evaluated: {what} is not known before it is made. Title."
    return Verdict(control=control, resource=resource, outcome="unevaluated", mandatory=True, said=said)


def read(verdict: Verdict, *resources: dict[str, Any]) -> list[Verdict]:
    """What becomes of what could not be asked, by what the program writes with stand-ins."""
    (stack,) = (each for each in stacks_of(catalogue(), ROOT) if each.name == "local")
    judge = Judge(ROOT, "local", date(2026, 11, 22), catalogue())
    asked = Asked(stack="local", verdicts=(verdict,), resources=1, evaluated=1)
    side = cast("SideProcess", Rendered(*resources))
    return list(document_read(asked, stack, side, judge).verdicts)


def test_a_document_that_names_actions_and_resources_passes() -> None:
    (verdict,) = read(unevaluated(), registered(written()))
    assert (verdict.outcome, verdict.fails) == ("read", False)
    assert "asked of the document with stand-ins" in verdict.said


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (written(action="s3:*"), "allows s3:*"),
        (written(resource="*"), "is about every resource"),
        (ARN, "its policy cannot be read"),  # the value of something else, of which the program writes nothing
    ],
)
def test_a_document_that_gives_too_much_is_refused(policy: str, said: str) -> None:
    (verdict,) = read(unevaluated(), registered(policy))
    assert verdict.outcome == "refused"
    assert verdict.fails
    assert said in verdict.said


@pytest.mark.parametrize(
    "resources",
    [
        pytest.param([registered(UNKNOWN_STRING_VALUE)], id="that something else makes"),
        pytest.param([registered(written(), name="other")], id="of what the program does not register"),
        pytest.param([], id="of nothing"),
    ],
)
def test_a_document_that_is_still_not_known_stays_unevaluated(resources: list[dict[str, Any]]) -> None:
    (verdict,) = read(unevaluated(), *resources)
    assert verdict.outcome == "unevaluated"
    assert verdict.fails


def test_no_other_value_passes_by_its_stand_in() -> None:
    """A key that is not known is one of ours by where it comes from, and not by having a name here."""
    key = unevaluated("TP-G5-03", "cloudwatch:LogGroup/logs", "kmsKeyId")
    assert not about_a_document(key)
    policy = unevaluated()
    group = {**registered(written(), "logs"), "type": "aws:cloudwatch/logGroup:LogGroup", "inputs": {"kmsKeyId": ARN}}
    assert read(key, group) == [key]
    assert about_a_document(policy)
    assert not about_a_document(Verdict(**{**vars(policy), "outcome": "refused"}))


def test_what_stands_on_nothing_yet_is_asked_of_the_program() -> None:
    """The engine plans two resources of such a stack, and would pass whatever the others are."""
    (stack,) = (each for each in stacks_of(catalogue(), ROOT) if each.name == "local")
    judge = Judge(ROOT, "local", date(2026, 11, 22), catalogue())
    side = Rendered(registered(written(action="*")), registered(UNKNOWN_STRING_VALUE, "later"))
    planned = Asked(stack="local", resources=1, evaluated=1)
    made = program_asked(planned, stack, cast("SideProcess", side), judge)
    assert (made.evaluated, made.waits, side.named) == (2, True, False)
    outcomes = {(each.resource, each.outcome) for each in made.verdicts if each.control == "TP-H2-04"}
    assert outcomes == {(ROLE, "refused"), ("iam:RolePolicy/later", "unevaluated")}
    assert planned.problems() == []
    assert made.problems()
    cut = Asked(stack="local", engine="error")
    assert program_asked(cut, stack, cast("SideProcess", side), judge) is cut
