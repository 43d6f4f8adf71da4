"""docs/controls.md: what is enforced where, and the test that shows it; from the table of attacks.

`python -m tests.unit.controls.page` writes it anew; a test holds that it is current.
"""

from collections import defaultdict

from tests.cluster.attacks import ATTACKS
from tests.cluster.attacks.attack import Attack
from tests.unit.components.local_stack import ROOT
from tests.unit.controls.elsewhere import ELSEWHERE

FILE = ROOT / "docs" / "controls.md"
TEST = "tests/cluster/test_attacks.py::test_a_tenant_is_refused"
VIRTUAL = "tests/cluster/test_virtual_control_plane.py::test_a_virtual_control_plane_is_refused"
BENCHMARK: dict[str, str] = {
    "MTB-PL1-CC-CPI-1": "Block access to cluster resources",
    "MTB-PL1-BC-CPI-2": "Block multitenant resources",
    "MTB-PL1-BC-CPI-3": "Block add capabilities",
    "MTB-PL1-BC-CPI-4": "Require run as non-root user",
    "MTB-PL1-BC-CPI-5": "Block privileged containers",
    "MTB-PL1-BC-CPI-6": "Block privilege escalation",
    "MTB-PL1-CC-TI-1": "Block modification of resource quotas",
    "MTB-PL1-CC-TI-2": "Block access to other tenants' resources",
    "MTB-PL1-BC-HI-1 (host path)": "Block use of host path volumes",
    "MTB-PL1-BC-HI-1 (NodePort)": "Block use of NodePort services",
    "MTB-PL1-BC-HI-3": "Block use of host networking and ports",
    "MTB-PL1-BC-HI-4": "Block use of host PID",
    "MTB-PL1-BC-HI-5": "Block use of host IPC",
    "MTB-PL1-CC-FNS-1": "Configure namespace resource quotas",
    "MTB-PL1-CC-FNS-2": "Configure namespace object limits",
    "MTB-PL1-CC-DI-1": "Require always imagePullPolicy",
    "MTB-PL2-BC-OPS-3": "Create role bindings (self-service; role escalation)",
    "MTB-PL2-BC-OPS-4": "Create network policies (self-service)",
    "MTB #1198 (claims for storage)": "Planned: require PersistentVolumeClaim for storage",
    "MTB #1199 (reclaim policy)": "Planned: require reclaim policy delete",
    "MTB #1200 (existing volumes)": "Planned: block use of existing volumes",
    "MTB #1201 (network across tenants)": "Planned: block network access across tenants' namespaces",
    "MTB #1202 (self-service roles)": "Planned: allow self-service management of roles",
    "MTB #1203 (self-service role bindings)": "Planned: allow self-service management of role bindings",
}
"""The checks of kubernetes-sigs/multi-tenancy, benchmarks/kubectl-mtb, by the ids in their config.yaml (two have the
same), and those that its README lists as pending, by their issues."""

HEAD = """<!-- Written by `python -m tests.unit.controls.page` from its tables; do not edit. -->

# Controls: where each is enforced, and the test that shows it

Every attempt below is made as somebody of a tenant on the live API server. First its compliant twin is admitted, then
one thing is flipped and refused, by the control that is named and for the reason that the row names; a refusal by
anything else fails the test. A row's id is the test's:
`{test}[<id>]`, in [tests/cluster/attacks](../tests/cluster/attacks).
[test_attacks_notice.py](../tests/cluster/test_attacks_notice.py)
takes controls away and shows that the rows notice. Rows whose id begins with `virtual-` are asked as the syncer of a
virtual control plane, and as its tenant's people, by `{virtual}[<id>]`.

{count} attempts. What refuses them:

{controls}
"""

RESIDUAL = """
## What is not refused

- **Names of other tenants' services** can be looked up: cluster DNS answers everybody. The addresses cannot be reached.
- **`dnsPolicy: None`, `hostAliases`, `hostname`, `shareProcessNamespace`, `schedulerName`**: a pod may mislead itself,
  or wait for a scheduler that does not exist. Other name servers are closed off by the guard-rails; without these
  (E2), by the default deny.
- **A projected token** of an account of the pod's own namespace, for an audience of its choice: it says truthfully who
  the pod is, and the account has the rights that the tenant's admin gave it, at most the admin's own. Sandboxes cannot
  ask for one (the claim may bring no volume) and cannot reach the API server.
- **`maxReplicas`, `replicas`, `parallelism`** may be any number in what a tenant makes itself. The quota refuses the
  pods, and the controller asks again with growing pauses (D4).
- **A budget for disruptions of the tenant's own** may allow none. Whoever drains nodes deletes such pods instead of
  evicting them; they end within 600 s.
- **A Service may ask for a free cluster IP by number**, such as that of cluster DNS before it exists: admission sees
  the address after its allocation. Install DNS before the first tenant.
- **Its own Deployments and Services**: a developer may change those that the platform has made, and drift detection
  reports it. All rules for pods hold for what comes of it.
- **A developer may look into its tenant's sandboxes** (`exec`): they are of the same tenant.
"""


def where(attack: Attack) -> str:
    return attack.control.name.replace("ValidatingAdmissionPolicy ", "policy ")


def links(rows: list[Attack]) -> str:
    return ", ".join(f"`{each.id}`" for each in rows)


def _table(head: str, rows: list[str]) -> str:
    columns = head.count("|") - 1
    return "\n".join([head, "|" + " --- |" * columns, *rows]) + "\n"


def _counts() -> str:
    found: dict[str, int] = defaultdict(int)
    for each in ATTACKS:
        found[each.control.name] += 1
    rows = [f"| {name} | {found[name]} |" for name in sorted(found, key=lambda name: (-found[name], name))]
    return _table("| Control | Attempts |", rows)


def requirements() -> list[str]:
    """Requirements of this project with an attempt or a test, in their order."""
    ids = {source for each in ATTACKS for source in each.sources} | {each.requirement for each in ELSEWHERE}
    ours = [each for each in ids if each[0].isupper() and each[1:].isdigit()]
    return sorted(ours, key=lambda each: (each[0], int(each[1:])))


def _requirement(name: str) -> str:
    tried = [each for each in ATTACKS if name in each.sources]
    rows = [f"| refuses {each.title} | {where(each)} | `{each.id}` |" for each in tried]
    for shown in (each for each in ELSEWHERE if each.requirement == name):
        file, test = shown.test.split("::")
        rows.append(f"| {shown.control} | {shown.where} | [{file}](../tests/{file})`::{test}` |")
    return f"## {name}\n\n" + _table("| Control | Where enforced | Test |", rows)


def _benchmark() -> str:
    rows = [
        f"| {name} | {title} | {links([each for each in ATTACKS if name in each.sources])} |"
        for name, title in BENCHMARK.items()
    ]
    return "## Multi-tenancy benchmark\n\n" + _table("| Check | Title | Rows |", rows)


def page() -> str:
    """The whole page."""
    head = HEAD.format(test=TEST, virtual=VIRTUAL, count=len(ATTACKS), controls=_counts())
    return "\n".join([head, *(_requirement(name) for name in requirements()), _benchmark()]) + RESIDUAL


if __name__ == "__main__":
    FILE.write_text(page())
