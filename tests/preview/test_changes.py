"""What is said of the changes that people make (I2): a golden file for each, and what has to be in it."""

import json
import re
from pathlib import Path

import pytest

from fleet.preview.as_json import as_json
from fleet.preview.markdown import markdown
from fleet.preview.offline_provider import OfflineProviders
from tests.preview.changes import CASES
from tests.preview.golden import FOLDER, condensed
from tests.preview.project import SideHere, reviewed, unchanged

HINT = "look whether the new text is right, then `python -m tests.preview.golden`"


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_told_as_in_its_golden_file(name: str, tmp_path: Path, providers: OfflineProviders) -> None:
    case = CASES[name]
    made = reviewed(tmp_path, case.before, case.after, providers)
    assert made.verdict == case.verdict
    assert condensed(made) == (FOLDER / f"{name}.md").read_text(), HINT
    told = json.loads(as_json(made))
    assert (told["verdict"], told["exit_code"]) == (made.verdict, made.exit_code)
    for text in (markdown(made), json.dumps(told)):
        # I5: a secret's value, marked as one or not, in no form; nor what stands for it until it is compared.
        assert "canary" not in text
        assert not re.search(r"\[secret\][0-9a-f]", text)


def test_there_is_a_golden_file_for_each_change_and_no_other() -> None:
    assert {each.stem for each in FOLDER.glob("*.md")} == set(CASES)
    assert len(CASES) >= 20


def test_a_changed_secret_is_told_without_its_values(tmp_path: Path, providers: OfflineProviders) -> None:
    case = CASES["secret-value"]
    made = reviewed(tmp_path, case.before, case.after, providers)
    (change,) = made.changes
    assert set(change.paths) == {"data.token", "data.unmarked"}
    assert 'data.token: "[secret]" -> "[secret]"' in markdown(made)
    unchanged = reviewed(tmp_path / "again", case.before, case.before, providers)
    assert not unchanged.changes


def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path, providers: OfflineProviders) -> None:
    case = CASES["wrong-file"]
    problems = reviewed(tmp_path, case.before, case.after, providers).problems
    assert [re.match(r"tenants/acme-robotics\.yaml:\d+: ", each) is not None for each in problems] == [True, True]


def test_a_tenant_whose_plan_is_the_same_is_not_rendered(
    tmp_path: Path, providers: OfflineProviders, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str] | None] = []
    render = SideHere.render

    def watched(side: SideHere, stack: str, tenants: list[str] | None, salt: str) -> object:
        asked.append(tenants)
        return render(side, stack, tenants, salt)

    monkeypatch.setattr(SideHere, "render", watched)
    made = reviewed(tmp_path, CASES["budget"].before, CASES["budget"].after, providers)
    assert asked == [["acme-robotics"]] * 2
    assert {change.tenant for change in made.changes} <= {"acme-robotics", ""}
    asked.clear()
    reviewed(tmp_path / "page", unchanged, CASES["a-page-of-the-documentation"].after, providers)
    assert asked == []
