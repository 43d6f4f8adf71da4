"""The account of a run: by tenant, old and new values, one closing line, the right words when nothing changed (I2)."""

from collections import Counter
from io import StringIO
from pathlib import Path

from rich.console import Console

from fleet.diff import at, print_changes, property_lines
from fleet.engine import Outcome
from fleet.events import Changes
from fleet.stacks import Stack
from fleet.summary import closing_line, print_summary, totals
from settings.stack_config import parse_stack_config
from tests.unit.fleet.engine_events import resource, said, urn

CONFIG = parse_stack_config({"environment": "local"})
STACK = Stack(
    name="local",
    config=CONFIG,
    file=Path("Pulumi.local.yaml"),
    tenants=(),
    plan="",
)


def outcome(*lines: str, exit_code: int | None = 0, skipped: str = "") -> Outcome:
    changes = Changes()
    for line in lines:
        changes.feed(line)
    return Outcome(stack=STACK, changes=changes, exit_code=exit_code, skipped=skipped, output="the end of the output")


def printed(*outcomes: Outcome) -> str:
    text = StringIO()
    console = Console(file=text, width=160, highlight=False, markup=False)
    print_changes(console, outcomes)
    print_summary(console, outcomes, "preview", 1.25)
    return text.getvalue()


def test_changes_are_shown_by_tenant_with_old_and_new_values_dangerous_ones_first() -> None:
    said_ = printed(
        outcome(
            resource(
                "acme-quota",
                "update",
                tenant="acme",
                old={"spec": {"hard": {"requests.cpu": "4"}}},
                new={"spec": {"hard": {"requests.cpu": "8"}}},
                paths={'spec.hard["requests.cpu"]': "update"},
            ),
            resource("acme-old", "delete", tenant="acme"),
            resource("bay-new", "create", tenant="bay"),
            resource("bay-same", "same", tenant="bay"),
            resource("cedar-same", "same", tenant="cedar"),
        )
    )
    assert 'spec.hard["requests.cpu"]: "4" -> "8"' in said_
    assert said_.index("tenant acme") < said_.index("-  kubernetes:core/v1:ConfigMap acme-old")
    assert said_.index("acme-old") < said_.index("acme-quota") < said_.index("tenant bay") < said_.index("bay-new")
    assert "tenant cedar" not in said_
    assert "1 other tenant: nothing" in said_
    assert "1 stack: 1 would be created, 1 would be updated, 1 would be deleted; 2 unchanged (1.2 s)" in said_


def test_a_run_that_changed_nothing_says_so() -> None:
    nothing = outcome(resource("a", "same", tenant="acme"))
    assert closing_line([nothing], "up", 2.0) == "1 stack: nothing changed; 1 unchanged (2.0 s)"
    assert closing_line([nothing], "preview", 2.0) == "1 stack: nothing would change; 1 unchanged (2.0 s)"


def test_a_failure_names_the_resource_and_the_way_on() -> None:
    failed = outcome(said("error", "forbidden: exceeded quota", urn("acme-pod")), exit_code=255)
    left = outcome(exit_code=None, skipped="what it stands on failed")
    text = printed(failed, left)
    assert "kubernetes:core/v1:ConfigMap acme-pod: forbidden: exceeded quota" in text
    assert "FAILED: 1 of 1 stack, 1 not run; nothing would change; the same command goes on from here" in text


def test_a_failure_without_words_shows_the_end_of_the_output() -> None:
    assert "the end of the output" in printed(outcome(exit_code=1))


def test_a_forced_replacement_is_marked() -> None:
    changes = outcome(
        resource(
            "ns",
            "replace",
            old={"metadata": {"name": "a"}},
            new={"metadata": {"name": "b"}},
            paths={"metadata.name": "update-replace"},
        )
    ).changes.changes
    assert property_lines(changes[0]) == ['metadata.name: "a" -> "b" (forces replacement)']


def test_property_paths_of_the_engine_are_understood() -> None:
    value = {"spec": {"hard": {"requests.cpu": "4"}, "rules": [{"verbs": ["get"]}]}, 'a"b': 1}
    assert at(value, 'spec.hard["requests.cpu"]') == "4"
    assert at(value, "spec.rules[0].verbs[0]") == "get"
    assert at(value, '["a\\"b"]') == 1
    missing = at(value, "spec.nothing")
    assert missing is at(value, "spec.rules[9]")


def test_totals_add_up_over_stacks() -> None:
    one = outcome(resource("a", "create", tenant="acme"))
    two = outcome(resource("b", "create", tenant="acme"), resource("c", "delete", tenant="bay"))
    assert totals([one, two]) == {"acme": Counter(create=2), "bay": Counter(delete=1)}


def test_a_failure_that_does_not_say_what_helps_gets_a_line_that_does() -> None:
    for words, advice in (
        (
            "the server has asked for the client to provide credentials",
            "does not take the credential of its kubeconfig",
        ),
        ("dial tcp 127.0.0.1:6443: connect: connection refused", "did not answer, or went away"),
        ("ThrottlingException: Rate exceeded", "wait a little"),
    ):
        assert advice in printed(outcome(said("error", words), exit_code=255))
        assert advice not in printed(outcome(said("error", "quota exceeded"), exit_code=255))
