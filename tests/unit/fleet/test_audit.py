"""`fleet audit` on files as the API server writes them (G5). On a live server: tests/cluster/test_audit.py."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fleet import FleetError
from fleet.audit import Deed, Reading, opened
from fleet.audit_commands import audit  # noqa: F401  adds the command
from fleet.cli import app
from settings import load_catalogue
from tests.unit.settings.test_catalogue import CATALOG

TENANTS = load_catalogue(CATALOG, "local").tenants
Write = Callable[..., Path]


def event(second: int = 0, **changed: Any) -> dict[str, Any]:
    """What the server writes of a request that created a pod of acme-robotics."""
    made = {
        "kind": "Event",
        "level": "Metadata",
        "stage": "ResponseComplete",
        "requestURI": "/api/v1/namespaces/tenant-acme-robotics/pods",
        "verb": "create",
        "user": {"username": "ada", "groups": ["acme:platform-admins", "system:authenticated"]},
        "objectRef": {"resource": "pods", "namespace": "tenant-acme-robotics", "name": "p", "apiVersion": "v1"},
        "responseStatus": {"metadata": {}, "code": 201},
        "requestReceivedTimestamp": f"2026-11-22T06:00:{second:02}.123456Z",
        "annotations": {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "RBAC"},
    }
    return {**made, **changed}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*events: dict[str, Any] | str, name: str = "audit.log") -> Path:
        lines = [each if isinstance(each, str) else json.dumps(each, separators=(",", ":")) + "\n" for each in events]
        (tmp_path / name).write_text("".join(lines))
        return tmp_path / "audit.log"

    return written


def deeds(log: Path, tenant: str = "acme-robotics", since: datetime | None = None) -> list[Deed]:
    with ExitStack() as stack:
        return list(Reading(tenant, TENANTS, since=since).deeds(opened(stack, log, since)))


def about(**subject: str) -> dict[str, Any]:
    return event(objectRef=subject)


def test_a_deed_says_who_did_what_as_whom_and_how_it_was_decided(write: Write) -> None:
    acted = {"username": "eve", "groups": ["pelican:platform-admins", "system:authenticated"]}
    refusal = {
        "user": {"username": "kubernetes-admin"},
        "impersonatedUser": acted,
        "responseStatus": {"code": 403, "message": "cannot create"},
    }
    first, second = deeds(write(event(), event(1, **refusal)))
    assert (first.user, first.by, first.of) == ("ada", "", "acme-robotics")
    assert (first.verb, first.object) == ("create", "pods/p")
    assert (first.namespace, first.code, first.decision, first.refused) == ("tenant-acme-robotics", 201, "allow", False)
    assert (second.user, second.by, second.of) == ("eve", "kubernetes-admin", "pelican-games")
    assert (second.refused, second.why) == (True, "cannot create")


@pytest.mark.parametrize(
    ("subject", "namespace"),
    [
        ({"resource": "pods", "namespace": "tenant-acme-robotics--lab", "name": "p"}, "tenant-acme-robotics--lab"),
        ({"resource": "namespaces", "namespace": "tenant-acme-robotics", "name": "tenant-acme-robotics"}, ""),
        ({"resource": "secrets", "apiVersion": "v1"}, "*"),
    ],
)
def test_a_tenant_is_its_namespaces_and_what_is_taken_of_all_at_once(
    write: Write, subject: dict[str, str], namespace: str
) -> None:
    assert [each.namespace for each in deeds(write(about(**subject)))] == [namespace]


@pytest.mark.parametrize(
    "subject",
    [
        {"resource": "pods", "namespace": "tenant-acme-robotics-two", "name": "p"},
        {"resource": "pods", "namespace": "tenant-pelican-games", "name": "tenant-acme-robotics"},
        {"resource": "namespaces", "name": "tenant-acme-robotics-two"},
        {"resource": "nodes", "apiVersion": "v1"},
        {"resource": "secrets", "namespace": "kube-system"},
    ],
)
def test_a_tenant_is_nothing_else(write: Write, subject: dict[str, str]) -> None:
    assert deeds(write(about(**subject))) == []


def test_a_service_account_is_of_the_tenant_whose_namespace_it_is_in(write: Write) -> None:
    account = {"username": "system:serviceaccount:tenant-pelican-games--lab:default", "groups": []}
    (deed,) = deeds(write(event(user=account)))
    assert (deed.of, deed.by_the_machine) == ("pelican-games", False)


def test_files_put_aside_come_first_and_in_order(write: Write, tmp_path: Path) -> None:
    write(event(2), name="audit-2026-11-22T06-00-03.000.log")
    write(event(1), name="audit-2026-11-22T06-00-02.000.log")
    write(event(9), name="audit.log.bak")
    log = write(event(3))
    assert [each.at.second for each in deeds(log)] == [1, 2, 3]
    # Put aside between the listing and the reading: under both names for a moment, and read once.
    (tmp_path / "audit-2026-11-22T06-00-04.000.log").hardlink_to(log)
    assert [each.at.second for each in deeds(log)] == [1, 2, 3]


def test_since_leaves_out_what_is_older(write: Write) -> None:
    log = write(event(1), event(30))
    assert [each.at.second for each in deeds(log, since=datetime(2026, 11, 22, 6, 0, 2, tzinfo=UTC))] == [30]
    assert deeds(log, since=datetime(2027, 1, 1, tzinfo=UTC)) == []


def test_a_line_that_is_no_event_is_counted_and_one_being_written_is_not(write: Write) -> None:
    torn = json.dumps(event(requestURI=""))[:-20]
    log = write(f"{torn}\n", '"tenant-acme-robotics"\n', event(), torn)
    reading = Reading("acme-robotics", TENANTS)
    with ExitStack() as stack:
        assert len(list(reading.deeds(opened(stack, log)))) == 1
    assert reading.unreadable == 2


def said(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["audit", "local", *arguments])


def test_the_command_shows_people_and_refusals_and_on_request_the_machine(write: Write) -> None:
    machine = {"username": "system:serviceaccount:kube-system:replicaset-controller", "groups": []}
    sneaky = {"resource": "pods", "namespace": "tenant-acme-robotics", "name": "\x1b[2Jp"}
    no = {"code": 403, "message": "no\nno"}
    log = str(write(event(), event(1, user=machine), event(2, responseStatus=no, objectRef=sneaky)))
    told = said("--tenant", "acme-robotics", "--log", log)
    assert told.exit_code == 0
    assert "ada" in told.stdout
    assert "replicaset-controller" not in told.stdout
    assert "2 requests about acme-robotics" in told.stderr
    assert "\x1b" not in told.stdout
    assert "?[2Jp" in told.stdout
    assert "no?no" in told.stdout
    assert "replicaset-controller" in said("--tenant", "acme-robotics", "--all", "--log", log).stdout
    refused = said("--tenant", "acme-robotics", "--refused", "--format", "json", "--log", log).stdout.splitlines()
    assert [(json.loads(line)["code"], json.loads(line)["at"]) for line in refused] == [
        (403, "2026-11-22T06:00:02.123456Z")
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--tenant", "ACME"), "'ACME' is not a usable id; allowed: acme-robotics"),
        (("--tenant", "acme-robotics", "--log", "no-such-file"), "no-such-file cannot be read: No such file"),
    ],
)
def test_a_wrong_use_is_one_clear_error(arguments: tuple[str, ...], words: str) -> None:
    error = said(*arguments).exception
    assert isinstance(error, FleetError)
    assert words in str(error)


def test_a_time_that_is_none_is_refused(write: Write) -> None:
    told = said("--tenant", "acme-robotics", "--since", "yesterday", "--log", str(write(event())))
    assert told.exit_code == 2
    assert "is no time" in told.stderr
