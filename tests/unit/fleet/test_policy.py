"""`fleet policy` fails on what is wrong, on what could not be asked, and on nothing asked at all (I1)."""

import json
from pathlib import Path
from typing import Any

import pytest

from fleet.policy import Asked, as_data, read_record, told

FINDING: dict[str, Any] = {
    "control": "TP-C4-01",
    "resource": "Deployment/app",
    "urn": "urn:app",
    "outcome": "excepted",
    "mandatory": True,
    "said": "[TP-C4-01] it is privileged",
}
END = {"resources": 12, "evaluated": 10}


def asked(tmp_path: Path, *lines: dict[str, Any], engine: str = "") -> Asked:
    record = tmp_path / "local.jsonl"
    record.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return read_record("local", record, engine)


def test_a_whole_stack_without_findings_passes(tmp_path: Path) -> None:
    made = asked(tmp_path, FINDING, END)
    assert made.problems() == []
    assert as_data([made])["passed"] is True
    assert list(told([made])) == [
        "local: excepted: [TP-C4-01] it is privileged",
        "local: 10 resources were asked about: 1 excepted",
    ]


@pytest.mark.parametrize(
    ("changed", "fails"),
    [
        ({"outcome": "refused"}, True),
        ({"outcome": "refused", "mandatory": False}, True),
        ({"outcome": "unevaluated"}, True),
        ({"outcome": "unevaluated", "mandatory": False}, False),
        ({"outcome": "waived"}, False),
        ({"outcome": "advised", "mandatory": False}, False),
    ],
)
def test_what_is_refused_or_was_not_evaluated_fails(tmp_path: Path, changed: dict[str, Any], fails: bool) -> None:
    made = asked(tmp_path, {**FINDING, **changed}, END)
    assert made.problems() == (["[TP-C4-01] it is privileged"] if fails else [])
    assert as_data([made])["passed"] is not fails


def test_a_stack_that_was_not_seen_whole_fails(tmp_path: Path) -> None:
    assert asked(tmp_path).problems() == ["the pack did not come to the end of the stack"]
    assert read_record("local", tmp_path / "nothing", "error: no program").problems() == [
        "the pack did not come to the end of the stack: error: no program"
    ]
    assert asked(tmp_path, {"resources": 3, "evaluated": 0}).problems() == ["no rule was asked about any resource"]
    assert asked(tmp_path, END, engine="error: x").problems() == ["the engine failed: error: x"]


def test_an_environment_without_a_stack_has_not_passed() -> None:
    assert as_data([])["passed"] is False


def test_what_is_said_at_two_looks_at_a_resource_counts_once(tmp_path: Path) -> None:
    assert len(asked(tmp_path, FINDING, FINDING, END).verdicts) == 1
