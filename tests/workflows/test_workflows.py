"""The workflows are sound, and what judges them would say if they were not (I2)."""

import importlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from typer.main import get_command

from fleet.cli import app
from tests.workflows.judges import actionlint, zizmor

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / ".github" / "workflows"
FILES: Final = tuple(sorted(FOLDER.glob("*.yml")))
PINNED: Final = {
    "actions/cache": ("27d5ce7f107fe9357f9df03efb73ab90386fccae", "v5.0.5"),
    "actions/checkout": ("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    "actions/download-artifact": ("3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
    "actions/setup-go": ("b7ad1dad31e06c5925ef5d2fc7ad053ef454303e", "v7.0.0"),
    "actions/setup-python": ("5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
    "actions/upload-artifact": ("bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
    "aws-actions/configure-aws-credentials": ("e6de054238d6b7531b4efff3b6587d9aade6a06c", "v6.2.3"),
}
"""Commit and tag of each action, read from the repository of each."""
MAY: Final = {
    ("preview.yml", "preview"): {"contents": "read"},
    ("preview.yml", "approval"): {},
    ("comment.yml", "comment"): {"actions": "read", "pull-requests": "write"},
    ("policy.yml", "policy"): {"contents": "read"},
    ("apply.yml", "staging"): {"contents": "read", "id-token": "write"},
    ("apply-environment.yml", "apply"): {"contents": "read", "id-token": "write"},
    ("nightly.yml", "look"): {"contents": "read", "id-token": "write", "issues": "write"},
    ("images.yml", "scan"): {"contents": "read"},
}
"""Every right of every job. What is not listed is none."""


def _read(file: Path) -> dict[str, Any]:
    # "on" is a truth value in YAML 1.1, which is what PyYAML reads.
    read: dict[Any, Any] = yaml.safe_load(file.read_text())
    return {"on" if key is True else str(key): value for key, value in read.items()}


def test_actionlint_finds_nothing() -> None:
    done = actionlint(*FILES)
    assert done.returncode == 0, done.stdout


def test_zizmor_finds_nothing() -> None:
    done = zizmor(FOLDER)
    assert done.returncode == 0, done.stdout
    assert "No findings" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("judge", "before", "after", "said"),
    [
        ("actionlint", "runs-on: ubuntu-24.04", "runs-on: ubuntu-24.40", "ubuntu-24.40"),
        ("actionlint", "steps.preview.outputs.approval", "steps.review.outputs.approval", "review"),
        ("zizmor", "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", "unpinned-uses"),
        ("zizmor", "          persist-credentials: false\n", "", "artipacked"),
        ("zizmor", "  pull_request:", "  pull_request_target:", "dangerous-triggers"),
        ("zizmor", '--base "$BASE"', '--base "${{ github.event.pull_request.title }}"', "template-injection"),
        ("zizmor", "    permissions:\n      contents: read\n", "    permissions: write-all\n", "excessive-permissions"),
    ],
)
def test_a_judge_sees_a_workflow_made_worse(judge: str, before: str, after: str, said: str, tmp_path: Path) -> None:
    text = (FOLDER / "preview.yml").read_text()
    assert before in text
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "preview.yml").write_text(text.replace(before, after))
    done = actionlint(folder / "preview.yml") if judge == "actionlint" else zizmor(folder)
    assert done.returncode != 0
    assert said in done.stdout


def test_every_action_is_pinned_by_the_commit_of_its_tag() -> None:
    used: set[str] = set()
    for file in FILES:
        for name, at, tag in re.findall(r"uses: ([\w./-]+)@(\S+)(?: # (\S+))?", file.read_text()):
            used.add(name)
            assert (at, tag) == PINNED[name], f"{file.name}: {name}"
    assert used == set(PINNED)


def test_every_job_has_the_rights_that_are_listed_and_no_other() -> None:
    found: dict[tuple[str, str], Any] = {}
    for file in FILES:
        workflow = _read(file)
        assert workflow["permissions"] == {}, f"{file.name}: rights are given to jobs, one by one"
        found |= {(file.name, job): each.get("permissions", "none said") for job, each in workflow["jobs"].items()}
    assert found == MAY


def test_no_workflow_runs_a_pull_requests_code_with_rights() -> None:
    for file in FILES:
        workflow = _read(file)
        triggers = set(workflow["on"]) if isinstance(workflow["on"], dict) else {workflow["on"]}
        assert "pull_request_target" not in triggers
        text = file.read_text()
        if "workflow_run" in triggers:
            assert "actions/checkout" not in text
            assert "fleet" not in "".join(
                step.get("run", "") for each in workflow["jobs"].values() for step in each["steps"]
            )
        if "pull_request" in triggers:
            assert "secrets." not in text
            assert all("write" not in rights.values() for (name, _), rights in MAY.items() if name == file.name)


def test_every_command_of_the_workflows_and_of_the_documentation_is_there() -> None:
    for file in sorted((ROOT / "fleet").glob("*_commands.py")):
        importlib.import_module(f"fleet.{file.stem}")
        assert f"    {file.stem}," in (ROOT / "fleet" / "__main__.py").read_text()
    group: Any = get_command(app)
    known = {
        name: {one for param in each.params for one in (*param.opts, *param.secondary_opts)}
        for name, each in group.commands.items()
    }
    asked = 0
    for file in (*FILES, ROOT / "docs" / "ci.md", ROOT / "docs" / "previews.md", ROOT / "docs" / "drift.md"):
        text = file.read_text().replace("\\\n", " ")
        for line in re.findall(r"python -m fleet ([^\n`|]+)", text):
            name, *rest = line.split()
            assert name in known, f"{file.name}: {line}"
            for option in (each.split("=")[0] for each in rest if re.fullmatch(r"--[a-z-]+(=.*)?", each)):
                assert option in known[name], f"{file.name}: {line}"
            asked += 1
    assert asked >= 15


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed; the runners have it")
@pytest.mark.parametrize(("fork", "known"), [(False, False), (False, True), (True, True)])
def test_a_comment_is_made_once_and_then_updated_in_place(fork: bool, known: bool, tmp_path: Path) -> None:
    """The script of comment.yml, with a stand-in for `gh` that answers as the API does and keeps what it is sent."""
    (step,) = (
        each for each in _read(FOLDER / "comment.yml")["jobs"]["comment"]["steps"] if each.get("name") == "Comment"
    )
    previews = tmp_path / "preview"
    previews.mkdir()
    (previews / "local.md").write_text("<!-- tenantplane preview local -->\n## Preview of `local`: fine\n")
    (previews / "local-full.md").write_text("the whole text\n")
    comments = [
        {"id": 1, "user": {"type": "User"}, "body": "<!-- tenantplane preview local -->\nquoted by a person"},
        {"id": 2, "user": {"type": "Bot"}, "body": "<!-- tenantplane preview local -->\n## of yesterday"},
    ]
    answers = {"pulls": [{"number": 7, "head": {"sha": "cafe"}}, {"number": 8, "head": {"sha": "beef"}}],
               "comments": comments if known else comments[:1]}  # fmt: skip
    for name, value in answers.items():
        (tmp_path / name).write_text(json.dumps(value))
    stand_in = tmp_path / "gh"
    stand_in.write_text(
        f"""#!/bin/sh
echo "$*" >> {tmp_path}/calls
case "$*" in
  *"--method GET"*) cat {tmp_path}/pulls ;;
  *--paginate*) cat {tmp_path}/comments ;;
  *) cp "$6" {tmp_path}/sent 2>/dev/null || cp "$RUNNER_TEMP/comment.json" {tmp_path}/sent; echo '{{}}' ;;
esac
"""
    )
    stand_in.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "REPOSITORY": "acme/platform",
        "HEAD_REPOSITORY": "mallory/platform" if fork else "acme/platform",
        "HEAD_OWNER": "mallory" if fork else "acme",
        "HEAD_BRANCH": "topic",
        "HEAD_SHA": "beef",
        "PREVIEWS": str(previews),
        "RUNNER_TEMP": str(tmp_path),
    }
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "calls").read_text()
    assert ("--method PATCH repos/acme/platform/issues/comments/2" in calls) is known
    assert ("--method POST repos/acme/platform/issues/8/comments" in calls) is not known
    body = json.loads((tmp_path / "sent").read_text())["body"]
    assert body.startswith("<!-- tenantplane preview local -->\n")
    assert ("From a fork" in body) is fork
    assert "## Preview of `local`: fine" in body
    assert "full" not in calls
