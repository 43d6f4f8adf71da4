"""The table of controls is whole, and its page is current (I1)."""

from dataclasses import replace

import pytest

from controls import CONTROLS, Control, control, problems
from tests.unit.components.local_stack import local_stack
from tests.unit.controls import table_page

NATIVE = {"API schema", "LimitRange", "Pod Security", "RBAC", "ResourceQuota"}
POLICY = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
ROW = control("TP-C4-01")
FIRST = {"TP-B1-01", "TP-C1-03", "TP-C3-01", "TP-C4-01", "TP-F4-01", "TP-F5-01", "TP-G7-01"}
"""Ids that were there first; whoever cites them must still find them."""


def test_the_page_is_that_of_the_table() -> None:
    assert table_page.FILE.read_text() == table_page.page(), "run `python -m tests.unit.controls.table_page`"


def test_there_are_many_and_no_id_is_gone() -> None:
    assert len(CONTROLS) >= 60
    assert set(CONTROLS) >= FIRST


def test_every_row_is_whole() -> None:
    assert [line for each in CONTROLS.values() for line in problems(each)] == []


@pytest.mark.parametrize(
    ("flipped", "words"),
    [
        (replace(ROW, id="TP-C4-1"), "is not TP-<requirement>"),
        (replace(ROW, title=" "), "title is empty"),
        (replace(ROW, why=""), "why is empty"),
        (replace(ROW, fix=""), "fix is empty"),
        (replace(ROW, why="Because"), "why does not end with a full stop"),
        (replace(ROW, sources=("PSS restricted",)), "sources do not name requirement C4"),
        (replace(ROW, id="TP-C4-99", preview=False, native=()), "nothing enforces it"),
        (replace(ROW, native=("tenantplane-rooted-pods",)), "is named by its rules"),
    ],
)
def test_a_row_that_lacks_something_is_refused(flipped: Control, words: str) -> None:
    assert problems(ROW) == []
    assert any(words in line for line in problems(flipped))


def test_a_finding_says_what_why_and_how_to_put_it_right() -> None:
    said = ROW.finding("container 'app' is privileged")
    assert said.startswith("[TP-C4-01] container 'app' is privileged. No container has or gains privileges: ")
    assert said.endswith(f" Fix: {ROW.fix}")


def test_every_admission_policy_is_of_a_control_and_every_name_is_one() -> None:
    made = {each.inputs["metadata"]["name"] for each in local_stack().of(POLICY)}
    named = {name for each in CONTROLS.values() for name in each.admission}
    assert named - NATIVE == made
