"""The runtime follows from the workload, at admission (C3), capabilities from both (C4): twins, then one flip."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.acting import IMAGE, Caller, pod
from tests.fixtures_tenancy import Person
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

KIND = "tenantplane.dev/workload"
AGENTS, SCHOOL, SLICED = "pelican-games", "riverside-high", "gearbox-labs"
"""A tenant with agent-sessions only, one with homework-correction only, one with a slice of a GPU in its quota."""
SLICE = "nvidia.com/mig-1g.10gb"
ROOTED = "tenant-rooted-probe"


def pods(tenant: str) -> str:
    return f"/api/v1/namespaces/tenant-{tenant}/pods"


def labelled(kind: str | None, runtime: str | None, **spec: Any) -> dict[str, Any]:
    """The compliant pod with this kind of workload and this class."""
    made = pod("runtime-probe", **spec)
    if kind is not None:
        made["metadata"]["labels"] = {KIND: kind}
    if runtime is None:
        del made["spec"]["runtimeClassName"]
    else:
        made["spec"]["runtimeClassName"] = runtime
    return made


def with_gpu(made: dict[str, Any]) -> dict[str, Any]:
    changed = copy.deepcopy(made)
    resources = changed["spec"]["containers"][0]["resources"]
    resources["requests"][SLICE] = resources["limits"][SLICE] = "1"
    return changed


ALLOWED = [
    (AGENTS, "agent-sessions", "gvisor"),
    (AGENTS, "agent-sessions", "kata"),
    (AGENTS, "agent-sessions", "confidential"),
    (AGENTS, None, "gvisor"),
    (AGENTS, None, "kata"),
    (SCHOOL, "homework-correction", "runc"),
    (SCHOOL, "homework-correction", "gvisor"),
    (SCHOOL, None, "kata"),
]


@pytest.mark.parametrize(("tenant", "kind", "runtime"), ALLOWED)
def test_a_class_that_is_for_the_workload_is_admitted(
    person: Person, tenant: str, kind: str | None, runtime: str
) -> None:
    person(tenant, "admins").create(pods(tenant), labelled(kind, runtime), dry_run=True)


def test_a_gpu_and_a_class_for_gpus_go_together(person: Person) -> None:
    """C3, C7: inference on a GPU is kept by Kata; who has no GPU stays off the nodes that have them."""
    caller, path = person(SLICED, "admins"), pods(SLICED)
    caller.create(path, with_gpu(labelled("agent-sessions", "kata-gpu")), dry_run=True)
    caller.refused("pods with GPUs, and no others", "POST", path, with_gpu(labelled("agent-sessions", "gvisor")))
    caller.refused("pods with GPUs, and no others", "POST", path, labelled("agent-sessions", "kata-gpu"))
    gpu_taint = {"key": "nvidia.com/gpu", "operator": "Exists"}
    caller.create(path, with_gpu(labelled("agent-sessions", "kata-gpu", tolerations=[gpu_taint])), dry_run=True)
    caller.refused(
        "may tolerate the taint of GPU nodes", "POST", path, labelled(None, "gvisor", tolerations=[gpu_taint])
    )


def test_a_running_pod_cannot_be_made_another_kind(person: Person, admin: Caller) -> None:
    """The label is checked when it changes as well; what else is written on a pod passes."""
    caller, path = person(AGENTS, "developers"), pods(AGENTS)
    caller.create(path, labelled("agent-sessions", "gvisor"))
    try:
        own = f"{path}/runtime-probe"
        caller.patch(own, {"metadata": {"labels": {"note": "mine"}}})
        caller.refused("does not list", "PATCH", own, {"metadata": {"labels": {KIND: "homework-correction"}}})
        # A class brings its pod to nodes that have it: nothing in the pod said so.
        until(lambda: admin.get(own)["spec"].get("nodeName"), "the pod has a node")
        node = admin.get(f"/api/v1/nodes/{admin.get(own)['spec']['nodeName']}")
        assert node["metadata"]["labels"]["runtime.tenantplane.dev/gvisor"] == "true"
        assert node["metadata"]["labels"]["tenantplane.dev/pool-kind"] == "sandbox"
    finally:
        admin.delete(f"{path}/runtime-probe")


def test_without_its_parameters_the_policy_admits_nothing(admin: Caller, person: Person) -> None:
    """Fail closed: a mapping that is gone is no mapping that allows everything."""
    where = "/api/v1/namespaces/tenantplane-system/configmaps"
    held = admin.get(f"{where}/tenantplane-runtimes")
    caller, path, good = person(AGENTS, "developers"), pods(AGENTS), labelled("agent-sessions", "gvisor")
    caller.create(path, good, dry_run=True)
    admin.delete(f"{where}/tenantplane-runtimes")
    try:
        until(lambda: caller.ask("POST", path + "?dryRun=All", good).status >= 400, "the policy misses its parameters")
    finally:
        keep = {key: held["metadata"][key] for key in ("name", "labels", "annotations") if key in held["metadata"]}
        admin.create(where, {**held, "metadata": keep})
        until(lambda: caller.ask("POST", path + "?dryRun=All", good).status == 201, "the policy has its parameters")


@pytest.fixture(scope="module")
def rooted(admin: Caller, plans: dict[str, Any]) -> Iterator[str]:
    """A namespace as that of a tenant whose agents' sessions state CHOWN and SETUID."""
    del plans
    admin.create(
        "/api/v1/namespaces",
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": ROOTED,
                "labels": {
                    "tenant": "rooted-probe",
                    "tenantplane.dev/tier": "team",
                    "pod-security.kubernetes.io/enforce": "baseline",
                    "pod-security.kubernetes.io/enforce-version": "v1.34",
                },
                "annotations": {
                    "tenantplane.dev/workloads": "agent-sessions",
                    "capabilities.tenantplane.dev/agent-sessions": "CHOWN,SETUID",
                },
            },
        },
    )
    path = f"/api/v1/namespaces/{ROOTED}/pods"
    # The namespace's informer in the API server, and its default account, come a moment later.
    until(lambda: admin.ask("POST", path + "?dryRun=All", as_root("CHOWN")).status == 201, "the namespace is known")
    yield path
    admin.delete(f"/api/v1/namespaces/{ROOTED}")
    until(lambda: admin.ask("GET", f"/api/v1/namespaces/{ROOTED}").status == 404, "the namespace is gone")


def as_root(*capabilities: str, runtime: str = "gvisor", kind: str | None = "agent-sessions") -> dict[str, Any]:
    """A pod whose process starts as root with these capabilities."""
    made = labelled(kind, runtime)
    made["spec"]["containers"][0]["securityContext"] |= {
        "runAsNonRoot": False,
        "runAsUser": 0,
        "capabilities": {"drop": ["ALL"], "add": list(capabilities)},
    }
    return made


def flip(made: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    changed: Any = copy.deepcopy(made)
    place = changed["spec"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return dict(changed)


SECURITY = ("containers", 0, "securityContext")


ROOT_MISTAKES = [
    pytest.param(as_root("SETGID"), "only capabilities that its workload states", id="not-stated"),
    pytest.param(as_root("CHOWN", kind=None), "only capabilities that its workload states", id="no-workload"),
    pytest.param(as_root("CHOWN", runtime="confidential"), "its runtime allows", id="not-by-the-runtime"),
    pytest.param(as_root("NET_BIND_SERVICE"), "only capabilities that its workload states", id="of-restricted"),
    pytest.param(as_root("SYS_ADMIN"), "SYS_ADMIN", id="never"),
    pytest.param(as_root(), "runAsNonRoot != true", id="root-without-need"),
    pytest.param(flip(as_root("CHOWN"), (*SECURITY, "capabilities"), {"add": ["CHOWN"]}), "drops ALL", id="kept"),
    pytest.param(
        flip(as_root("CHOWN"), (*SECURITY, "allowPrivilegeEscalation"), True),
        "Escalation != false",
        id="escalation",
    ),
    pytest.param(flip(as_root("CHOWN"), ("securityContext",), {}), "seccompProfile", id="seccomp"),
    pytest.param(
        flip(as_root("CHOWN"), ("volumes",), [{"name": "n", "nfs": {"server": "s.example", "path": "/"}}]),
        "restricted volume types",
        id="volume",
    ),
    pytest.param(
        flip(
            as_root("CHOWN"),
            ("initContainers",),
            [
                {
                    "name": "first",
                    "image": IMAGE,
                    "imagePullPolicy": "Always",
                    "securityContext": {"capabilities": {"drop": ["ALL"]}},
                }
            ],
        ),
        "Escalation != false",
        id="init-container",
    ),
]
"""Pods that the namespace of a tenant refuses whose agents' sessions state CHOWN and SETUID, and in which words."""


@pytest.mark.parametrize(("wrong", "words"), ROOT_MISTAKES)
def test_root_has_what_its_workload_states_and_the_rest_of_restricted_holds(
    admin: Caller, rooted: str, wrong: dict[str, Any], words: str
) -> None:
    """C4: CHOWN, SETGID and SETUID only where profile and workload say so."""
    admin.create(rooted, as_root("CHOWN", "SETUID"), dry_run=True)
    admin.create(rooted, labelled("agent-sessions", "gvisor"), dry_run=True)
    admin.refused(words, "POST", rooted, wrong)


def test_elsewhere_restricted_takes_no_capability_at_all(person: Person) -> None:
    caller = person(AGENTS, "admins")
    caller.refused('violates PodSecurity "restricted', "POST", pods(AGENTS), as_root("CHOWN"))
