"""The sandbox profile, from inside a tenant's pod that really runs: gVisor, kubelet and cgroups hold it (C2, C4).

Every pod is one of the applied stack, with an image of this machine: what the components render, the scheduler places
and admission lets through. The node's configuration is what `settings.nodeconfig` renders for the pool.
"""

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud import nodehost
from localcloud.controlplane import ControlPlane
from localcloud.nodehost import Places
from localcloud.realnode import RealNode, start_real_node, stop_real_node
from settings import TenantPlan
from tests.cluster import real_node
from tests.cluster.acting import Caller
from tests.cluster.real_node import ended, log, pod, pods, running, template, with_script, without
from tests.fixtures_tenancy import Person
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("real-node")]

ACME, PELICAN = "acme-robotics", "pelican-games"
NAMESPACE = f"tenant-{ACME}"
APP = "agent-sessions"
PROFILE = """
id -u
echo x > /open/x; echo "root: $?"
/suid/busybox id -u
grep -E '^(CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):' /proc/self/status
cat /proc/version
dd if=/dev/zero of=/tmp/full bs=1M count=513; echo "tmp: $?"
stat -c %s /tmp/full
ls /var/run/secrets 2>&1
"""
FORK = """
# One by one, so that the shell itself says which is refused.
n=0; while [ $n -lt 150 ]; do sleep 600 & n=$((n+1)); echo "started $n"; done
"""
# A text that doubles: while it does, there is the old one and the new one.
DOUBLE = """awk 'BEGIN {{s = "x"; while (length(s) < {bytes}) s = s s; print "had"}}'"""
LARGE = {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}}
TWO_GIB = {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "2Gi"}}
HTTP = "printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' | nc -w 3 {address} 8080 | tail -1"
# A pod is let through once the enforcer has heard of it: until then everything is refused it.
ASKS = """
n=0; until [ "$({own})" = ok ] || [ $n -ge 60 ]; do sleep 0.5; n=$((n+1)); done
echo "own: $({own})"; echo "other: $({foreign})"
"""


@pytest.fixture(scope="module")
def node(cluster: ControlPlane, state_dir: Path, plans: dict[str, TenantPlan]) -> Iterator[RealNode]:
    """This machine as a node of the session's cluster."""
    assert plans
    if why := nodehost.missing():
        pytest.skip(why)
    if other := nodehost.other_real_node(Places(cluster.directory).directory):
        pytest.skip(f"this machine has a real node already: {other}")
    yield start_real_node(cluster.name, state_dir=state_dir)
    stop_real_node(cluster.name, state_dir=state_dir)


@pytest.fixture(scope="module")
def developer(person: Person) -> Caller:
    return person(ACME, "developers")


@pytest.fixture(scope="module")
def base(developer: Caller, node: RealNode) -> dict[str, Any]:
    """The reference workload's template as it is applied."""
    assert node
    return template(developer, NAMESPACE, APP)


@pytest.fixture(scope="module")
def tried(developer: Caller, base: dict[str, Any], node: RealNode, cluster: ControlPlane) -> None:
    """A tenant's pods, each of which tries something; all at once, since each takes its time to start."""
    # A profile of the node's own that only forbids to mount, which `restricted` allows to name.
    profile = Places(cluster.directory).kubelet / "seccomp" / "reads-log.json"
    profile.parent.mkdir(exist_ok=True)
    profile.write_text(
        '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_ERRNO"}]}'
    )
    scripts = {
        "inside": (PROFILE, LARGE),
        "dmesg-default": ("dmesg", None),
        "dmesg": ("dmesg", None),
        "forks": (FORK, LARGE),
        "below": (DOUBLE.format(bytes=512 * 2**20), TWO_GIB),
        "above": (DOUBLE.format(bytes=4096 * 2**20), TWO_GIB),
    }
    for name, (script, resources) in scripts.items():
        made = with_script(base, node.images["tools"], script, resources)
        if name == "dmesg":
            made["spec"]["securityContext"]["seccompProfile"] = {
                "type": "Localhost",
                "localhostProfile": "reads-log.json",
            }
        developer.create(pods(NAMESPACE), pod(name, made))


@pytest.fixture(scope="module")
def inside(developer: Caller, tried: None) -> str:
    """What a tenant's pod finds when it tries."""
    ended(developer, NAMESPACE, "inside")
    return log(developer, NAMESPACE, "inside")


def test_a_pod_runs_as_nobody_with_no_capability_and_no_new_privileges(inside: str) -> None:
    """The program with the set-user-ID bit of root gains nothing by it."""
    lines = inside.splitlines()
    assert lines.count("65532") == 2
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert f"{name}:\t0000000000000000" in lines
    assert "NoNewPrivs:\t1" in lines
    assert "Seccomp:\t2" in lines


def test_the_root_is_not_written_though_its_mode_would_allow_it(inside: str) -> None:
    assert "/open/x: Read-only file system" in inside
    assert "root: 1" in inside


def test_the_513th_mebibyte_in_tmp_is_refused(inside: str) -> None:
    assert "No space left on device" in inside
    assert "tmp: 1" in inside
    assert str(512 * 1024 * 1024) in inside.splitlines()


def test_the_kernel_is_gvisors_and_no_token_is_mounted(inside: str) -> None:
    assert "-gvisor" in inside
    assert "/var/run/secrets: No such file or directory" in inside


def test_dmesg_shows_gvisors_kernel(developer: Caller, tried: None) -> None:
    """RuntimeDefault forbids reading the kernel's log; a profile that allows it shows whose kernel it is."""
    assert ended(developer, NAMESPACE, "dmesg")["exitCode"] == 0
    assert "Starting gVisor" in log(developer, NAMESPACE, "dmesg")
    ended(developer, NAMESPACE, "dmesg-default")
    assert "Operation not permitted" in log(developer, NAMESPACE, "dmesg-default")


def test_the_101st_process_is_refused(developer: Caller, tried: None) -> None:
    """98 children, the shell and the pod's pause are 100."""
    assert ended(developer, NAMESPACE, "forks")["exitCode"] != 0
    said = log(developer, NAMESPACE, "forks").splitlines()
    # Told on the other stream, whose lines come when they come.
    assert "sh: can't fork: Resource temporarily unavailable" in said
    assert [line for line in said if line.startswith("started")][-1] == "started 98"


def test_a_pod_over_2_gib_is_killed(developer: Caller, tried: None) -> None:
    """The twin has 512 MiB in the end and lives; the other wants 4 GiB. Swap would save it: there is none."""
    assert len(Path("/proc/swaps").read_text().splitlines()) == 1
    above = ended(developer, NAMESPACE, "above")
    assert (above["reason"], above["exitCode"] != 0) == ("OOMKilled", True)
    assert ended(developer, NAMESPACE, "below")["exitCode"] == 0
    assert "had" in log(developer, NAMESPACE, "below")


def test_a_plain_container_holds_the_profile_and_has_the_kubelets_limit_of_tasks(
    admin: Caller, base: dict[str, Any], node: RealNode
) -> None:
    """runc, in a namespace of the platform's own under `restricted`: the catalogue lets no tenant's pod have it on this
    pool. The same pod without its RuntimeClass; 398 children, the shell and the pause are 400."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = "real-node-plain"
    admin.create("/api/v1/namespaces", {"metadata": {"name": namespace, "labels": labels}})
    admin.create(f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": "workload"}})
    try:
        made = with_script(base, node.images["tools"], PROFILE + FORK.replace("150", "600"), LARGE)
        for key in ("runtimeClassName", "overhead", "schedulerName"):
            made["spec"].pop(key, None)
        made["spec"]["tolerations"] = [{"operator": "Exists"}]
        without(made, "database")  # of the tenant, whose Secrets are not in this namespace
        admin.create(pods(namespace), pod("plain", made))
        ended(admin, namespace, "plain")
        said = log(admin, namespace, "plain").splitlines()
    finally:
        admin.delete(f"/api/v1/namespaces/{namespace}")
    assert said.count("65532") == 2
    assert {"CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "root: 1", "tmp: 1"} <= set(
        said
    )
    assert not any("gvisor" in line for line in said)
    assert [line for line in said if line.startswith("started")][-1] == "started 398"
    assert "sh: can't fork: Resource temporarily unavailable" in said


def test_a_job_completes_and_its_owner_reads_the_log(developer: Caller, base: dict[str, Any], node: RealNode) -> None:
    jobs = f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs"
    made = with_script(base, node.images["tools"], "echo the work is done")
    body = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "work"}, "spec": {"template": made}}
    developer.create(jobs, body)
    until(lambda: developer.get(f"{jobs}/work")["status"].get("succeeded") == 1, "the job has completed")
    (done,) = developer.get(f"{pods(NAMESPACE)}?labelSelector=job-name%3Dwork")["items"]
    assert log(developer, NAMESPACE, done["metadata"]["name"]) == "the work is done\n"
    developer.ask("DELETE", f"{jobs}/work", {"propagationPolicy": "Background"})


@pytest.fixture(scope="module")
def answering(person: Person, node: RealNode, base: dict[str, Any]) -> dict[str, str]:
    """The reference workload of two tenants, really running, with its probes: addresses by tenant."""
    assert base
    found: dict[str, str] = {}
    for tenant in (ACME, PELICAN):
        caller, namespace = person(tenant, "developers"), f"tenant-{tenant}"
        made = template(caller, namespace, APP)
        (container,) = made["spec"]["containers"]
        container |= {"image": node.images["web"], "resources": real_node.SMALL}
        caller.create(pods(namespace), pod("really", made))
        found[tenant] = running(caller, namespace, "really")
    return found


def test_the_reference_workload_runs_and_answers(answering: dict[str, str]) -> None:
    """Ready means that the kubelet's probe of /healthz on 8080 was answered; so is this machine's own request."""
    for address in answering.values():
        with urllib.request.urlopen(f"http://{address}:8080/healthz", timeout=10) as answer:
            assert answer.read() == b"ok\n"


@pytest.mark.parametrize(("tenant", "other"), [(ACME, PELICAN), (PELICAN, ACME)])
def test_a_tenant_reaches_its_own_pods_and_nobody_elses(
    person: Person, node: RealNode, answering: dict[str, str], tenant: str, other: str
) -> None:
    """E1, by connections that are made: the policies of the stack, enforced by kube-router. The same pod asks its own
    tenant's server, which answers, and another's, which answers this machine."""
    caller, namespace = person(tenant, "developers"), f"tenant-{tenant}"
    own, foreign = (HTTP.format(address=answering[each]) for each in (tenant, other))
    script = ASKS.format(own=own, foreign=foreign)
    caller.create(
        pods(namespace), pod("asks", with_script(template(caller, namespace, APP), node.images["tools"], script))
    )
    ended(caller, namespace, "asks")
    said = log(caller, namespace, "asks").splitlines()
    assert "own: ok" in said
    assert "other: " in said
