"""The one namespace that a run has to itself: made, used for what a dry run cannot show, and always removed (I4).

It carries a tenant's labels, so that admission takes it for one, under an id that no tenant may have.
"""

import os
import secrets
import socket
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from components.tenancy.namespace import pod_security_labels
from fleet.verify.api import Api, UnansweredError
from fleet.verify.finding import FAILED, HELD, UNKNOWN, WORDS, Finding, State
from fleet.verify.place import Site
from fleet.verify.refuser import POD_SECURITY, Refuser, policy
from settings import names

LABEL: Final = "tenantplane.dev/verify"
"""On the namespace of a run: the run."""
MADE_BY: Final = "tenantplane.dev/verify-by"
"""Annotation: host, process and beginning of the process that made it."""
NOBODY: Final = "tenantplane-verify"
"""Value of its tenant label: begins as no tenant's id may."""
STALE: Final = timedelta(minutes=15)
"""Age from which a run of another machine is taken for dead: no run takes a tenth of that."""
TOKEN_MOST: Final = timedelta(hours=24)
"""The longest that a token may be valid; managed control planes grant a day."""
ASKED_S: Final = 10 * 365 * 24 * 3600
QUESTIONS: Final = {
    "real-pod": ("TP-I1-01", "what is refused as a dry run is refused in earnest"),
    "token-life": ("TP-B5-10", "a token that is asked for ten years"),
}
NAMESPACES: Final = "/api/v1/namespaces"


def run_name() -> str:
    """Name of a run, and of its namespace: no other run has it."""
    return f"tenantplane-verify-{secrets.token_hex(4)}"


def remove_leftovers(api: Api) -> list[str]:
    """Removes namespaces of runs that ended without doing so, and returns their names. One whose run goes on, or may,
    is left alone."""
    removed = []
    for each in api.all(NAMESPACES, LABEL):
        metadata = each["metadata"]
        if "deletionTimestamp" not in metadata and _is_over(metadata):
            api.write(metadata["name"], "DELETE", f"{NAMESPACES}/{metadata['name']}")
            removed.append(str(metadata["name"]))
    return removed


def _is_over(metadata: Mapping[str, Any]) -> bool:
    host, _, rest = str((metadata.get("annotations") or {}).get(MADE_BY, "")).partition("/")
    process, _, began = rest.partition("/")
    if host == socket.gethostname() and process.isdigit():
        return _beginning(int(process)) != began
    made = datetime.fromisoformat(metadata["creationTimestamp"].replace("Z", "+00:00"))
    return bool(datetime.now(UTC) - made > STALE)


def _beginning(process: int) -> str:
    """When a process began, in ticks of this machine; "" for one that is gone. A number is given to another in time."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


@contextmanager
def own_namespace(api: Api, site: Site) -> Iterator[None]:
    """The namespace, for as long as the block runs. Raises UnansweredError when it cannot be made."""
    tier = next(iter(site.catalogue.tiers.values()))
    made_by = f"{socket.gethostname()}/{os.getpid()}/{_beginning(os.getpid())}"
    body = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": site.own,
            "labels": {
                LABEL: site.run,
                names.TENANT_LABEL: NOBODY,
                names.TIER_LABEL: tier.id,
                **pod_security_labels(),
            },
            "annotations": {MADE_BY: made_by},
        },
    }
    try:
        answer = api.write(site.own, "POST", NAMESPACES, body)
        if answer.status >= 300:
            raise UnansweredError(f"namespace {site.own} cannot be made: {answer.status} {answer.message}")
        yield
    finally:
        # What goes wrong here must not hide what went wrong before; the next run removes what stays.
        with suppress(UnansweredError):
            api.write(site.own, "DELETE", f"{NAMESPACES}/{site.own}")


def asks_own(only: Collection[str]) -> bool:
    """Whether any of these probes or controls needs the namespace; all when empty."""
    return not only or any(name in only or control in only for name, (control, _) in QUESTIONS.items())


def ask_own(site: Site, api: Api, only: Collection[str] = ()) -> Iterator[Finding]:
    """What the run's own namespace shows."""
    tries = {"real-pod": _real_pod, "token-life": _token_life}
    for name, (control, title) in QUESTIONS.items():
        if only and name not in only and control not in only:
            continue
        state: State = HELD
        why = ""
        try:
            wrong = "; ".join(tries[name](site, api))
            if wrong:
                state, why = FAILED, wrong
        except UnansweredError as error:
            state, why = UNKNOWN, str(error)
        yield Finding(control=control, probe=name, title=title, cluster=site.cluster.name, state=state, why=why[:WORDS])


def _real_pod(site: Site, api: Api) -> Iterator[str]:
    """Pods that no scheduler looks at, made in earnest: the compliant one, and two with one thing changed each."""
    container: dict[str, Any] = {
        "name": "main",
        "image": f"{(site.catalogue.topology.registries or ('registry.example',))[0]}/verify@sha256:{'0' * 64}",
        "imagePullPolicy": "Always",
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    tagged = {**container, "image": container["image"].partition("@")[0] + ":latest"}
    tries: dict[str, tuple[dict[str, Any], Refuser | None]] = {
        "right": (container, None),
        "privileged": ({**container, "securityContext": {"privileged": True}}, POD_SECURITY),
        "tagged": (tagged, policy("tenantplane-tenant-pods")),
    }
    sandboxed = next((each for each in site.catalogue.runtimes.values() if "agent-sessions" in each.default_for), None)
    for name, (tried, refuser) in tries.items():
        if refuser is None and site.cluster.has_signatures:
            continue  # nobody has signed such an image
        spec = {
            "schedulingGates": [{"name": "tenantplane.dev/never"}],
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [tried],
            "terminationGracePeriodSeconds": 0,
            **({"runtimeClassName": sandboxed.id} if sandboxed else {}),
        }
        body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
        answer = api.write(site.own, "POST", f"{NAMESPACES}/{site.own}/pods", body)
        if refuser is None and answer.status >= 300:
            yield f"the compliant pod is refused with {answer.status}: {answer.message}"
        elif refuser is not None and answer.status < 300:
            yield f"pod {name} was made"
        elif refuser is not None and not refuser.refused(answer):
            yield f"pod {name} is not refused by {refuser.name} but with {answer.status}: {answer.message}"


def _token_life(site: Site, api: Api) -> Iterator[str]:
    """Of an account that is there for this alone; the token is thrown away, and ends with its account."""
    accounts = f"{NAMESPACES}/{site.own}/serviceaccounts"
    made = api.write(site.own, "POST", accounts, {"metadata": {"name": NOBODY}, "automountServiceAccountToken": False})
    if made.status >= 300:
        raise UnansweredError(f"an account cannot be made: {made.status} {made.message}")
    body = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"audiences": [f"https://{site.run}.example"], "expirationSeconds": ASKED_S},
    }
    answer = api.write(site.own, "POST", f"{accounts}/{NOBODY}/token", body)
    if answer.status >= 300:
        return  # refused as a whole
    ends = datetime.fromisoformat(answer.body["status"]["expirationTimestamp"].replace("Z", "+00:00"))
    if (life := ends - datetime.now(UTC)) > TOKEN_MOST + timedelta(minutes=5):
        yield f"a token is valid for {life.days} days; --service-account-max-token-expiration bounds it"
