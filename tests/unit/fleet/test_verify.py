"""What verify sends, how it judges answers, and what it says of a run, without a cluster (I4)."""

import copy
import os
import socket
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubernetes import client

from controls import CONTROLS
from fleet.stacks import Stack
from fleet.verify.api import Api, Rate
from fleet.verify.finding import Finding
from fleet.verify.junit import junit
from fleet.verify.looks import admission_policies
from fleet.verify.looks.comparing import as_api, differences
from fleet.verify.own_namespace import _beginning, _is_over
from fleet.verify.probe import Flip
from fleet.verify.refuser import POD_SECURITY, policy
from fleet.verify.request import Answer, get, post
from fleet.verify.result import Result, as_data, read_result, rows, write_result
from fleet.verify.run import Run
from fleet.verify.wanted import Wanted
from settings.stack_config import parse_stack_config
from tests.unit.components.local_stack import catalogue
from tests.unit.controls.live_probes import asked, probes, site


def test_whatever_would_write_is_a_dry_run() -> None:
    for place, flip in asked():
        for request in (flip.twin, flip.flip):
            assert request.method == "GET" or "dryRun=All" in request.url, (place.namespace, flip.id)


def test_what_cannot_be_a_dry_run_is_about_nobodys_pod() -> None:
    for place, flip in asked():
        if any(f"/{door}" in flip.flip.path for door in ("exec", "portforward", "proxy", "log")):
            assert "tenantplane-verify-none" in flip.flip.path, (place.namespace, flip.id)


def test_every_probe_is_of_a_control_that_is_there_and_has_a_name_of_its_own() -> None:
    every = probes()
    assert [each for each in every if each[1] not in CONTROLS] == []
    assert [name for name, count in Counter(name for name, _ in every).items() if count > 1] == []
    assert len({control for _, control in every}) >= 60


def test_a_twin_differs_from_its_flip_and_no_place_asks_the_same_twice() -> None:
    assert [flip.id for _, flip in asked() if flip.twin == flip.flip and flip.twin_by in (None, flip.who)] == []
    count = Counter((place.namespace, flip.id) for place, flip in asked())
    assert [each for each, times in count.items() if times > 1] == []


def test_every_admission_policy_is_asked_for_or_looked_at() -> None:
    tried = {flip.by.name.removeprefix("policy ") for _, flip in asked() if flip.by.name.startswith("policy ")}
    only_looked_at = {"tenantplane-quota-shrinks", "tenantplane-rooted-pods", "tenantplane-virtual-pods",
                      "tenantplane-virtual-sets"}  # fmt: skip
    assert set(admission_policies(site())) - tried == only_looked_at


def test_a_tenant_is_asked_as_its_own_people_and_beside_another() -> None:
    for place, flip in asked():
        user, groups = place.identity(flip.who)
        if flip.who not in ("platform", "workload"):
            assert user is not None
            assert place.tenant in user
            assert set(groups) - {"system:authenticated"} <= set(place.groups)
        assert place.stranger_id != place.tenant


def refusal(status: int, message: str) -> Answer:
    return Answer(status, {"message": message})


def flip(**more: Any) -> Flip:
    whole = {"id": "a", "control": "TP-C4-01", "title": "t", "who": "admin", "twin": get("/a"), "flip": post("/a"),
             "by": POD_SECURITY, "words": "privileged"}  # fmt: skip
    return Flip(**{**whole, **more})


RIGHT = 'pods "x" is forbidden: violates PodSecurity "restricted:v1.34": privileged (container "main")'
QUOTA = 'pods "x" is forbidden: exceeded quota: tenant, requested: pods=1, used: pods=9, limited: pods=9'


def test_only_the_right_refusal_for_the_right_reason_counts() -> None:
    one = flip()
    assert one.not_refused(refusal(403, RIGHT)) is None
    for wrong, says in (
        (Answer(201, {}), "admitted with 201"),
        (refusal(403, 'User "x" cannot create resource "pods"'), "not refused by Pod Security"),
        (refusal(404, RIGHT), "not refused by Pod Security"),
        (refusal(403, RIGHT.replace("privileged", "hostPath")), "refused by Pod Security otherwise"),
        (refusal(403, RIGHT.replace("restricted", "baseline")), "not refused by Pod Security"),
    ):
        assert says in str(one.not_refused(wrong))
    other = flip(by=policy("tenantplane-tenant-pods"), words="by digest")
    words = "ValidatingAdmissionPolicy 'tenantplane-{0}' with binding 'tenantplane-{0}' denied request: by digest"
    assert other.not_refused(refusal(422, words.format("tenant-pods"))) is None
    assert other.not_refused(refusal(422, words.format("tenant-pods-of-old"))) is not None


def test_a_twin_passes_or_is_refused_by_the_quota_alone_which_is_asked_last() -> None:
    one = flip()
    assert one.twin_refused(Answer(200, {})) is None
    assert one.twin_refused(refusal(403, QUOTA)) is None
    assert "its compliant twin is refused" in str(one.twin_refused(refusal(403, RIGHT)))
    assert one.twin_refused(refusal(404, "not found")) is not None


def test_nothing_is_written_outside_of_the_runs_own_namespace() -> None:
    api = Api(client.ApiClient(client.Configuration(host="https://127.0.0.1:1")), Rate(1000), 1)
    spaces = "/api/v1/namespaces"
    for method, path, body in (
        ("DELETE", f"{spaces}/tenant-acme-robotics", None),
        ("DELETE", f"{spaces}/own-not", None),
        ("POST", f"{spaces}/tenant-acme-robotics/pods", {}),
        ("POST", spaces, {"metadata": {"name": "other"}}),
        ("DELETE", spaces, None),
        ("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", {}),
    ):
        with pytest.raises(ValueError, match="is not of namespace own"):
            api.write("own", method, path, body)
    assert api.count == 0


def test_a_run_is_over_when_its_process_is_or_its_time() -> None:
    def made(by: str, minutes: float = 0) -> dict[str, Any]:
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        return {
            "annotations": {"tenantplane.dev/verify-by": by},
            "creationTimestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    here, process = socket.gethostname(), os.getpid()
    assert not _is_over(made(f"{here}/{process}/{_beginning(process)}", 600))
    assert _is_over(made(f"{here}/{process}/1"))  # the number was given to another process since
    assert _is_over(made(f"{here}/4194304/1"))
    assert not _is_over(made("elsewhere/1/1"))
    assert _is_over(made("elsewhere/1/1", 16))
    assert _is_over(made("", 16))


JSON = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_an_object_is_as_it_was_made(value: object) -> None:
    assert list(differences(value, copy.deepcopy(value))) == []


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=3), st.integers(1, 9) | st.lists(st.integers(1, 9), min_size=1), min_size=1
    )
)
def test_what_is_taken_away_or_changed_is_told(made: dict[str, Any]) -> None:
    for key, value in made.items():
        assert list(differences(made, {each: made[each] for each in made if each != key}))
        other = [*value, 1] if isinstance(value, list) else value + 1
        assert list(differences(made, {**made, key: other}))
    assert list(differences(made, {**made, "a default": 1})) == []


def test_what_components_write_reads_as_the_api_server_has_it() -> None:
    given_ = {"pod_selector": {"match_labels": {"a_b": "c"}}, "policy_types": ["Ingress"], "ingress": [{"from_": [{}]}]}
    assert as_api(given_) == {
        "podSelector": {"matchLabels": {"a_b": "c"}},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [{}]}],
    }


def result(*states: str) -> Result:
    findings = tuple(
        Finding(control="TP-C4-01", probe=f"p{number}", title="a <b> & \x00c", cluster="local", tenant="a",
                namespace="tenant-a", state=state, why="" if state == "held" else f"{state} \x1b here")  # type: ignore[arg-type]
        for number, state in enumerate(states)
    )  # fmt: skip
    return Result(
        environment="local", at=datetime(2026, 11, 22, 9, tzinfo=UTC), seconds=1.5, requests=3, asked=("a",), only=(),
        findings=findings,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("states", "code"),
    [(("held",), 0), (("held", "failed"), 3), (("held", "unknown"), 4), (("failed", "unknown"), 3), ((), 3)],
)
def test_the_exit_code_tells_what_held(states: tuple[str, ...], code: int) -> None:
    """Nothing that was asked is a failure, and no success."""
    assert result(*states).code == code
    assert as_data(result(*states))["code"] == code


def test_junit_counts_what_failed_and_what_could_not_be_judged() -> None:
    root = ElementTree.fromstring(junit(result("held", "failed", "unknown")))  # noqa: S314  our own
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "1", "1")
    assert len(root.findall("testsuite/testcase")) == 3
    assert len(root.findall("testsuite/testcase/failure")) == 1
    assert len(root.findall("testsuite/testcase/error")) == 1
    nothing = ElementTree.fromstring(junit(result()))  # noqa: S314  our own
    assert len(nothing.findall("testsuite/testcase/failure")) == 1


def test_a_result_is_kept_without_what_held_and_read_again(tmp_path: Any) -> None:
    file = tmp_path / "kept" / "verify.json"
    assert read_result(file) is None
    write_result(result("held", "failed"), file)
    kept = read_result(file)
    assert kept is not None
    assert [each["state"] for each in kept["findings"]] == ["failed"]
    assert kept["counts"] == {"held": 1, "failed": 1, "unknown": 0}
    (row,) = rows(result("held", "failed").findings)
    assert (row.state, row.probes, row.tenants) == ("failed", 2, 1)
    file.write_text('{"version": 0}')
    assert read_result(file) is None


def test_a_cluster_that_does_not_answer_is_told_and_the_others_are_asked(tmp_path: Any) -> None:
    """One without a kubeconfig, and one that nobody listens for."""
    held = catalogue()
    stack = Stack(name="local", config=parse_stack_config({"environment": "local",
         "kubeconfig": str(tmp_path / "none")}),
                  file=tmp_path, tenants=(), plan="")  # fmt: skip
    missing = Run(held, (stack,), tmp_path, Wanted()).done()
    (tmp_path / "none").write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n"
        "users: [{name: a, user: {token: a}}]\nclusters: [{name: a, cluster: {server: 'http://127.0.0.1:9'}}]\n"
    )
    silent = Run(held, (stack,), tmp_path, Wanted(jobs=1)).done()
    for result_ in (missing, silent):
        (found,) = result_.findings
        assert (found.state, found.cluster, result_.code) == ("unknown", "local", 4)
    assert "has no kubeconfig" in missing.findings[0].why
    assert "does not answer" in silent.findings[0].why
