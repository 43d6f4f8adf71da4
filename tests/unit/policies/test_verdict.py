"""What becomes of a finding: refused, told, excepted for a while, or back when that is over (I1)."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from controls import control
from policies.evaluation import Result
from policies.expected import Expected
from policies.session import Session, session
from policies.verdict import Outcome, judge
from settings import CatalogueError
from settings.policy import EnvironmentPolicy, load_policy
from tests.unit.components.local_stack import ROOT
from tests.unit.policies.case import GONE, flipped, hidden, resource
from tests.unit.policies.objects_of_tenants import DEPLOYMENT, NAMESPACE

TODAY = date(2026, 11, 22)
HIGH, LOW = control("TP-C4-01"), control("TP-C4-12")
EXCEPTION = {
    "control": "TP-C4-01",
    "resource": "DaemonSet/falco*",
    "owner": "security",
    "reason": "It loads a probe into the kernel of its node.",
    "until": date(2026, 12, 31),
}
DEPLOY = "kubernetes:apps/v1:Deployment"


def policy(**given: Any) -> EnvironmentPolicy:
    return EnvironmentPolicy.model_validate({"environment": "local", **given})


def result(name: str = "DaemonSet/falco-node", **more: Any) -> Result:
    return Result(**{"control": HIGH, "what": "it is privileged", "urn": "urn:it", "name": name, **more})


def test_severity_decides_what_a_finding_does() -> None:
    high, low = judge([result(), result(control=LOW)], policy(), TODAY)
    assert (high.outcome, low.outcome) == (Outcome.REFUSED, Outcome.ADVISED)
    (stricter,) = judge([result(control=LOW)], policy(enforcement={"low": "mandatory"}), TODAY)
    assert stricter.outcome is Outcome.REFUSED


def test_an_exception_covers_its_control_and_resource_until_its_day() -> None:
    excepted = policy(exceptions=[EXCEPTION])
    for on in (TODAY, date(2026, 12, 31)):
        (verdict,) = judge([result()], excepted, on)
        assert verdict.outcome is Outcome.EXCEPTED
        assert str(verdict).endswith(
            "Excepted by security, until 2026-12-31: It loads a probe into the kernel of its node."
        )
    for other in (result("DaemonSet/other"), result("Deployment/falco"), result(control=control("TP-C4-06"))):
        assert judge([other], excepted, TODAY)[0].outcome is Outcome.REFUSED


def test_the_day_after_the_finding_is_back_and_says_why() -> None:
    (verdict,) = judge([result()], policy(exceptions=[EXCEPTION]), date(2027, 1, 1))
    assert verdict.outcome is Outcome.REFUSED
    assert "The exception has ended (security, until 2026-12-31: " in str(verdict)


def test_what_could_not_be_evaluated_is_waived_by_its_own_list_alone() -> None:
    unknown = result(evaluated=False)
    assert judge([unknown], policy(), TODAY)[0].outcome is Outcome.UNEVALUATED
    assert judge([unknown], policy(exceptions=[EXCEPTION]), TODAY)[0].outcome is Outcome.UNEVALUATED
    assert judge([unknown], policy(unevaluated=[EXCEPTION]), TODAY)[0].outcome is Outcome.WAIVED
    assert judge([unknown], policy(unevaluated=[EXCEPTION]), date(2027, 1, 1))[0].outcome is Outcome.UNEVALUATED
    assert judge([result()], policy(unevaluated=[EXCEPTION]), TODAY)[0].outcome is Outcome.REFUSED


FILE = """environment: local
exceptions:
  - control: TP-C4-01
    resource: DaemonSet/falco
    owner: security
    reason: It loads a probe into the kernel.
    until: 2026-12-31
"""


def problems(tmp_path: Path, text: str, on: date | None = TODAY) -> list[str]:
    (tmp_path / "policy").mkdir(exist_ok=True)
    (tmp_path / "policy" / "local.yaml").write_text(text)
    try:
        load_policy(tmp_path, "local", on)
    except CatalogueError as error:
        return list(map(str, error.problems))
    return []


@pytest.mark.parametrize(
    ("right", "wrong", "line", "words"),
    [
        (
            "TP-C4-01",
            "TP-C4-011",
            3,
            "'TP-C4-011' is no control (did you mean 'TP-C4-11'?); allowed: an id of docs/policies.md",
        ),
        ("DaemonSet/falco", '"*"', 4, "'*' is about every kind"),
        ("until: 2026-12-31", "until: 2026-11-21", 7, "the exception of security from TP-C4-01 ended on 2026-11-21"),
        ("until: 2026-12-31", "until: soon", 7, "'soon' is not a day; allowed: a day such as 2026-12-31"),
        ("It loads a probe into the kernel.", "ok", 6, "exceptions[0].reason"),
        ("    owner: security\n", "", 3, "owner"),
        ("environment: local", "environment: prod", 1, "environment: 'prod' is not the name of the file"),
        ("environment: local", "environment: local\nenforcement: {high: advisory}", 2, "enforcement.high"),
        ("owner: security", "owner: security\n    forever: true", 6, "forever"),
    ],
)
def test_a_wrong_file_gets_one_clear_error(tmp_path: Path, right: str, wrong: str, line: int, words: str) -> None:
    assert problems(tmp_path, FILE) == []
    (found,) = problems(tmp_path, FILE.replace(right, wrong))
    assert found.startswith(f"policy/local.yaml:{line}: "), found
    assert words in found


def test_without_a_day_no_exception_has_ended(tmp_path: Path) -> None:
    """The pack goes on without the day, and reports the finding that is back."""
    ended = FILE.replace("2026-12-31", "2026-11-21")
    assert problems(tmp_path, ended, None) == []
    assert len(problems(tmp_path, ended)) == 1


def test_an_environment_without_a_file_has_no_exceptions(tmp_path: Path) -> None:
    assert load_policy(tmp_path, "local").exceptions == ()


def of_local(record: Path | None = None) -> Session:
    return session(ROOT, {"tenantplane:environment": "local", "tenantplane:kubeconfig": "x"}, TODAY, record)


def test_a_session_knows_the_environment_of_its_stack() -> None:
    held = of_local()
    assert held.policy.environment == "local"
    assert held.expected.domain == "tenants.localhost"
    assert session(ROOT, {"other:key": "1"}, TODAY).expected == Expected()


def test_the_record_has_every_verdict_and_says_that_the_whole_stack_was_seen(tmp_path: Path) -> None:
    record = tmp_path / "record"
    held = of_local(record)
    held.resource(resource(DEPLOY, flipped(DEPLOYMENT, ("metadata", "labels", "tenant"), GONE), urn="urn:a"))
    held.resource(resource(DEPLOY, hidden(DEPLOYMENT, ("spec", "template", "spec", "volumes")), urn="urn:b"))
    held.stack([resource("kubernetes:core/v1:Namespace", NAMESPACE, urn="urn:c")])
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert [line["outcome"] for line in lines if line.get("control") == "TP-B1-01"] == ["refused"]
    assert {line["outcome"] for line in lines if line.get("urn") == "urn:b"} == {"unevaluated", "refused"}
    assert all(line["outcome"] == "unevaluated" for line in lines if line.get("control") == "TP-C4-07")
    assert lines[-1].pop("cpu_s") > 0
    assert lines[-1] == {"resources": 1, "evaluated": 2}


def test_the_whole_stack_is_asked_about_what_the_program_wanted() -> None:
    """At the end the engine shows outputs, which a provider may have filled in."""
    held = of_local()
    bare = flipped(NAMESPACE, ("metadata", "labels"), {})
    held.resource(resource("kubernetes:core/v1:Namespace", bare, urn="urn:ns"))
    held.stack([resource("kubernetes:core/v1:Namespace", NAMESPACE, urn="urn:ns")])
    assert held.seen["urn:ns"].at("metadata", "labels") is not None
    assert dict(held.seen["urn:ns"].at("metadata", "labels")) == {}
