"""Ten ways to change a live cluster behind Pulumi's back: each is told, of its tenant, and nothing is written (I3)."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest
from rich.console import Console

from fleet.drift.findings import Drift
from fleet.drift.run import look
from fleet.drift.showing import as_json, changed_lines, markdown, text
from fleet.run import Fleet, Scope
from localcloud.paths import state_directory
from settings import load_catalogue
from tests.cluster.acting import Caller
from tests.cluster.tenancy_stack import ROOT, TenancyStack

pytestmark = [pytest.mark.cluster, pytest.mark.engine, pytest.mark.xdist_group("tenancy")]

TENANT: Final = "pelican-games"
HOME: Final = f"tenant-{TENANT}"
RBAC: Final = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{HOME}/rolebindings"
NETWORK: Final = f"/apis/networking.k8s.io/v1/namespaces/{HOME}/networkpolicies"
ADMISSION: Final = "/apis/admissionregistration.k8s.io/v1"
_MEDDLER: Final = "?fieldManager=meddler"
_OURS: Final = "?fieldManager=tenantplane&force=true"
_WRITTEN: Final = ("managedFields", "resourceVersion", "uid", "creationTimestamp", "generation")


@dataclass(frozen=True)
class Meddling:
    """A change by hand: a merge patch of an object and the one that takes it back, or its deletion. told: whose drift
    it is, of which type, and what is said of it."""

    path: str
    patch: dict[str, Any] | None
    told: tuple[str, str, str]
    back: dict[str, Any] | None = None


MEDDLINGS: Final = {
    "a quota that was raised": Meddling(
        f"/api/v1/namespaces/{HOME}/resourcequotas/tenant",
        {"spec": {"hard": {"configmaps": "999"}}},
        (TENANT, "ResourceQuota", 'spec.hard.configmaps: "100" -> "999"'),
    ),
    "a policy that was deleted": Meddling(f"{NETWORK}/default-deny", None, (TENANT, "NetworkPolicy", "is gone")),
    "a policy that lets more in": Meddling(
        f"{NETWORK}/tenant-traffic", {"spec": {"ingress": [{}]}}, (TENANT, "NetworkPolicy", "spec.ingress[0]")
    ),
    "a label that was changed": Meddling(
        f"/api/v1/namespaces/{HOME}",
        {"metadata": {"labels": {"pod-security.kubernetes.io/audit": "privileged"}}},
        (TENANT, "Namespace", "pod-security.kubernetes.io/audit"),
    ),
    "a label that was added": Meddling(
        f"/api/v1/namespaces/{HOME}/serviceaccounts/workload",
        {"metadata": {"labels": {"sneaky": "yes"}}},
        (TENANT, "ServiceAccount", 'metadata.labels.sneaky: nothing -> "yes"'),
        {"metadata": {"labels": {"sneaky": None}}},
    ),
    "an autoscaler that was let go further": Meddling(
        f"/apis/autoscaling/v2/namespaces/{HOME}/horizontalpodautoscalers/agent-sessions",
        {"spec": {"maxReplicas": 99}},
        (TENANT, "HorizontalPodAutoscaler", "-> 99"),
    ),
    "a role binding that was deleted": Meddling(f"{RBAC}/tenant-viewer", None, (TENANT, "RoleBinding", "is gone")),
    "a binding with one more subject": Meddling(
        f"{RBAC}/tenant-developer",
        {
            "subjects": [
                {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "pelican:engineers"},
                {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "mallory"},
            ]
        },
        (TENANT, "RoleBinding", "subjects[1]"),
    ),
    "an admission policy that lets pass what it cannot judge": Meddling(
        f"{ADMISSION}/validatingadmissionpolicies/tenantplane-volume-claims",
        {"spec": {"failurePolicy": "Ignore"}},
        ("", "ValidatingAdmissionPolicy", 'spec.failurePolicy: "Fail" -> "Ignore"'),
    ),
    "a secret with another value": Meddling(
        f"/api/v1/namespaces/{HOME}/secrets/database",
        {"data": {"password": "Y2FuYXJ5LW9mLWRyaWZ0"}},
        (TENANT, "Secret", '"[secret]" -> "[secret]"'),
    ),
}


def test_ten_ways_to_change_a_cluster_are_told_and_nothing_is_written(local_stack: TenancyStack, admin: Caller) -> None:
    state = state_directory() / "state" / ".pulumi" / "stacks" / "tenantplane" / "local.json"
    written = state.read_bytes()
    with meddled(admin):
        found = look_now()
    after = look_now()
    assert state.read_bytes() == written
    assert not found.problems
    told = lines(found)
    for name, each in MEDDLINGS.items():
        tenant, kind, words = each.told
        assert any(line.startswith(f"{tenant}|{kind}|") and words in line for line in told), f"{name}:\n" + "\n".join(
            told
        )
    assert found.exit_code == 3
    assert found.passed_over, "controllers change what may differ on any cluster"
    # Once it is taken back, nothing is left of it; and nothing was told that was not done.
    assert not (set(told) - {line for line in told if any(_is_of(line, each) for each in MEDDLINGS.values())})
    assert not [line for line in lines(after) if any(_is_of(line, each) for each in MEDDLINGS.values())]
    for shown in (text(found), markdown(found), as_json(found)):
        assert "canary" not in shown
        assert "Y2FuYXJ5" not in shown
        assert TENANT in shown
    assert json.loads(as_json(found))["exit_code"] == 3


def look_now() -> Drift:
    """What `fleet drift local` finds."""
    catalogue = load_catalogue(ROOT / "catalog", "local")
    return look(Fleet(ROOT, catalogue), Scope(every=True), Console(file=io.StringIO()))


def lines(drift: Drift) -> list[str]:
    """Each thing that is told, with its tenant and kind."""
    made: list[str] = []
    for each in drift.drifted:
        start = f"{each.tenant}|{each.type.rpartition(':')[2]}|{each.name}"
        if each.gone:
            made.append(f"{start} is gone")
        made += [f"{start} {line}" for line in changed_lines(each)]
    return made


def _is_of(line: str, meddling: Meddling) -> bool:
    tenant, kind, _ = meddling.told
    return line.startswith(f"{tenant}|{kind}|")


@contextmanager
def meddled(admin: Caller) -> Iterator[None]:
    """Every change at once; taken back at the end, deleted objects as the platform had made them."""
    kept = {each.path: admin.get(each.path) for each in MEDDLINGS.values()}
    try:
        for each in MEDDLINGS.values():
            if each.patch is None:
                admin.delete(each.path)
            else:
                admin.patch(each.path + _MEDDLER, each.patch)
        yield
    finally:
        for each in MEDDLINGS.values():
            if each.patch is not None:
                admin.patch(each.path + _MEDDLER, each.back or _as_it_was(each.patch, kept[each.path]))
                _disown(admin, each.path)
                continue
            body = kept[each.path]
            for field in _WRITTEN:
                body["metadata"].pop(field, None)
            answer = admin.ask("PATCH", each.path + _OURS, body, "application/apply-patch+yaml")
            assert answer.status < 300, answer.message


def _as_it_was(patch: Any, kept: Any) -> Any:
    """The same patch with the values of before."""
    if isinstance(patch, dict):
        return {key: _as_it_was(each, kept[key]) for key, each in patch.items()}
    return kept


def _disown(admin: Caller, path: str) -> None:
    """Takes the meddler off the list of those who own fields: a later update by the platform would be a conflict."""
    managers = admin.get(path)["metadata"]["managedFields"]
    admin.patch(path + _MEDDLER, {"metadata": {"managedFields": [e for e in managers if e["manager"] != "meddler"]}})
