"""The shape of a row: who tries what, which twin of it is allowed, and which control has to refuse in which words."""

import copy
import re
from dataclasses import dataclass
from typing import Any, Literal

from tests.cluster.acting import pod

OWN, OTHER = "pelican-games", "acme-robotics"
"""The tenant that attacks, of tier team with sandboxes and Jobs, and its victim, of tier enterprise."""
HOME, NEXT_DOOR = f"tenant-{OWN}", f"tenant-{OTHER}"

CORE, APPS, BATCH = "/api/v1", "/apis/apps/v1", "/apis/batch/v1"
RBAC_API, NETWORK = "/apis/rbac.authorization.k8s.io/v1", "/apis/networking.k8s.io/v1"
KUEUE, CALICO = "/apis/kueue.x-k8s.io/v1beta2", "/apis/projectcalico.org/v3"
AGENTS, EXTENSIONS = "/apis/agents.x-k8s.io/v1beta1", "/apis/extensions.agents.x-k8s.io/v1beta1"

Who = Literal["admins", "developers", "viewers", "account", "syncer", "platform"]
"""People of a role of the tenant; the account that its workloads run as; that of its virtual control plane; or, for
twins, the cluster's administrator: then the request itself is right, and it is who asks that is refused."""


@dataclass(frozen=True)
class Control:
    """What refuses. said: how its refusals read, so that none is taken for another's; status: how they are counted."""

    name: str
    said: str
    status: tuple[int, ...] = (403,)


RBAC = Control("RBAC", r"is forbidden: User \"[^\"]+\" cannot |forbidden: User \"[^\"]+\" cannot get path")
ESCALATION = Control("RBAC", r"attempting to grant RBAC permissions not currently held")
POD_SECURITY = Control("Pod Security", r"violates PodSecurity \"restricted:v1\.34\"")
QUOTA = Control("ResourceQuota", r"exceeded quota: tenant")
LIMITS = Control("LimitRange", r"(maximum|minimum) [a-z-]+ (usage|size)? ?per ")
SCHEMA = Control("API schema", r"is invalid: ", (400, 422))
PLUGIN = Control("built-in admission", r"pod rejected: |must not be provided in pod spec|no PriorityClass", (403,))


def policy(name: str) -> Control:
    """A ValidatingAdmissionPolicy of this project."""
    words = rf"ValidatingAdmissionPolicy '{name}' with binding '{name}' denied request"
    return Control(f"ValidatingAdmissionPolicy {name}", words, (403, 422))


PLATFORM = policy("tenantplane-platform-objects")
TENANT_FILE = "changes by the reviewed tenant file"
"""Words in which it refuses."""


@dataclass(frozen=True)
class Request:
    """One request. path: may name {pod} and {foreign_pod}, running pods of the attacker and the victim, and {sandbox}
    and {claim}, a warm sandbox's pod and a sandbox claim of the attacker's.

    What would write is asked as a dry run: the API server runs every check and stores nothing.
    """

    method: str
    path: str
    body: Any = None
    kind: str = "application/json"

    @property
    def url(self) -> str:
        if self.method == "GET":
            return self.path
        return self.path + ("&" if "?" in self.path else "?") + "dryRun=All"


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One row.

    sources: requirements of this project and ids of benchmarks that it shows. who: tries it. twin: passes, by the same
    one or by twin_by. flip: the same with one thing changed. control, words: what refuses it, and why in its own words.
    tenant: whose people they are.
    """

    id: str
    title: str
    sources: tuple[str, ...]
    who: Who = "developers"
    twin: Request
    twin_by: Who | None = None
    flip: Request
    control: Control
    words: str
    tenant: str = OWN

    def refusal(self, status: int, said: str) -> str | None:
        """What is wrong with the answer to the flip; None when it is the right refusal."""
        if status < 400:
            return f"admitted with {status}"
        if status not in self.control.status or not re.search(self.control.said, said):
            return f"not refused by {self.control.name} but with {status}: {said}"
        return None if self.words in said else f"refused by {self.control.name} for another reason: {said}"


def row(
    id_: str,
    title: str,
    twin: Request,
    flip: Request,
    words: str,
    *sources: str,
    control: Control,
    who: Who,
) -> Attack:
    """A row as most tables write it; each fixes with `partial` which control refuses, and who tries."""
    return Attack(id=id_, title=title, sources=sources, who=who, twin=twin, flip=flip, control=control, words=words)


def get(path: str) -> Request:
    return Request("GET", path)


def post(path: str, body: Any = None) -> Request:
    return Request("POST", path, {} if body is None else body)


def delete(path: str, **options: Any) -> Request:
    return Request("DELETE", path, options or None)


def patch(path: str, body: Any) -> Request:
    """A merge patch, or for a list a JSON patch."""
    kind = "json-patch" if isinstance(body, list) else "merge-patch"
    return Request("PATCH", path, body, f"application/{kind}+json")


def at(namespace: str, resource: str, api: str = CORE) -> str:
    """Path of a resource in a namespace."""
    return f"{api}/namespaces/{namespace}/{resource}"


def named(name: str = "probe", **more: Any) -> dict[str, Any]:
    """An object of this name; `metadata` in more is added to its metadata."""
    return {**more, "metadata": {"name": name, **more.get("metadata", {})}}


def changed(body: dict[str, Any], path: tuple[str | int, ...], to: Any) -> dict[str, Any]:
    """A copy with one value set, the maps above it made where they are missing."""
    made: Any = copy.deepcopy(body)
    place = made
    for step in path[:-1]:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    place[path[-1]] = to
    return dict(made)


def flipped(*path: str | int, to: Any) -> dict[str, Any]:
    """The compliant pod with one thing of its spec changed."""
    return changed(pod(), ("spec", *path), to)


PODS = at(HOME, "pods")
CONTAINER: tuple[str | int, ...] = ("containers", 0)
