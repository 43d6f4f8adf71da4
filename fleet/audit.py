"""Who touched which tenant: the audit log of an API server, read as a stream (G5)."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from fleet.errors import FleetError
from settings import Tenant, names

PLATFORM: Final = "platform"
"""Whose people are in no tenant's group."""
_REFUSED: Final = frozenset({401, 403})
EVERYWHERE: Final = "*"
_WIDE: Final = re.compile(rb'"resource": ?"(?:secrets|configmaps|pods)"')
"""Kinds whose lists over all namespaces hold something of every tenant worth telling."""
_NAMESPACE: Final = re.compile(rb'"namespace": ?"')
_MACHINE: Final = ("system:serviceaccount:kube-system:", "system:node:", "tenantplane:")


@dataclass(frozen=True, kw_only=True)
class Deed:
    """One request about a tenant.

    at: when it came. user: who it was done as; by: who did it as that user, "" when nobody impersonated. of: the tenant
    that this user belongs to by group or service account, or "platform". object: `<kind>/<name>` with subresource.
    namespace: "" for a namespace itself, "*" for all at once. code: HTTP status; 0 where none is recorded. decision: of
    authorization, "allow" or "forbid". why: the server's reason for a refusal.
    """

    at: datetime
    user: str
    groups: tuple[str, ...]
    by: str
    of: str
    verb: str
    object: str
    namespace: str
    code: int
    decision: str
    why: str

    @property
    def refused(self) -> bool:
        """Whether the API server said no: by its rights, an admission policy or Pod Security (403), or 401."""
        return self.code in _REFUSED

    @property
    def by_the_machine(self) -> bool:
        """Whether one of the cluster's own controllers did it, going by its name."""
        plain = self.user.startswith("system:") and not self.user.startswith("system:serviceaccount:")
        return not self.by and (plain or self.user.startswith(_MACHINE))

    def as_json(self) -> str:
        """One line of JSON."""
        return json.dumps({**asdict(self), "at": self.at.isoformat().replace("+00:00", "Z")}, sort_keys=True)


class Reading:
    """Deeds about one tenant in the files of an audit log, oldest first, as they are read: a log of any length takes
    the memory of a line. unreadable: lines so far that are no audit event."""

    def __init__(self, tenant: str, tenants: Iterable[Tenant], *, since: datetime | None = None) -> None:
        self.unreadable = 0
        self._home = names.namespace(tenant)
        self._child = names.child_namespace(tenant, "")
        self._since = since
        self._tenants = {
            group: each.id
            for each in tenants
            for group in (*each.groups.admins, *each.groups.developers, *each.groups.viewers)
        }

    def deeds(self, files: Iterable[IO[bytes]]) -> Iterator[Deed]:
        """What these files, in their order, say of the tenant. The last line of a log may still be being written."""
        needle = self._home.encode()
        for file in files:
            for line in file:
                # A few of many lines are about one tenant, and finding its name is some 50 times cheaper than parsing.
                if needle not in line and (_NAMESPACE.search(line) or not _WIDE.search(line)):
                    continue
                try:
                    deed = self._deed(json.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError):
                    self.unreadable += line.endswith(b"\n")
                    continue
                if deed is not None and (self._since is None or deed.at >= self._since):
                    yield deed

    def _deed(self, event: Mapping[str, Any]) -> Deed | None:
        subject = event.get("objectRef") or {}
        place = self._place(subject)
        if place is None:
            return None
        real, acted = event["user"], event.get("impersonatedUser") or {}
        user = acted or real
        groups = tuple(user.get("groups") or ())
        annotations, status = event.get("annotations") or {}, event.get("responseStatus") or {}
        what = "/".join(subject[key] for key in ("resource", "name", "subresource") if subject.get(key))
        code = int(status.get("code") or 0)
        return Deed(
            at=datetime.fromisoformat(event["requestReceivedTimestamp"]).astimezone(UTC),
            user=user.get("username", ""),
            groups=groups,
            by=real.get("username", "") if acted else "",
            of=self._tenant_of(user.get("username", ""), groups),
            verb=event["verb"],
            object=what,
            namespace=place,
            code=code,
            decision=annotations.get("authorization.k8s.io/decision", ""),
            why=status.get("message") or annotations.get("authorization.k8s.io/reason", "") if code in _REFUSED else "",
        )

    def _place(self, subject: Mapping[str, Any]) -> str | None:
        """Deed.namespace of a request about the tenant; None for any other."""
        place = subject.get("namespace") or ""
        if subject.get("resource") == "namespaces" and not subject.get("subresource"):
            place = subject.get("name") or ""
            return "" if self._is_its(place) else None
        if not place and not subject.get("name") and subject.get("resource") in {"secrets", "configmaps", "pods"}:
            return EVERYWHERE
        return place if self._is_its(place) else None

    def _is_its(self, namespace: str) -> bool:
        return namespace == self._home or namespace.startswith(self._child)

    def _tenant_of(self, user: str, groups: Iterable[str]) -> str:
        for group in groups:
            if group in self._tenants:
                return self._tenants[group]
        namespace = user.removeprefix("system:serviceaccount:").partition(":")[0] if user.startswith("system:") else ""
        prefix = names.namespace("")
        return namespace.removeprefix(prefix).partition("--")[0] if namespace.startswith(prefix) else PLATFORM


def opened(stack: ExitStack, log: Path, since: datetime | None = None) -> list[IO[bytes]]:
    """The files of a log, oldest first: those that the API server has put aside, `<name>-<time>.log`, and the present
    one. Those that were ended before `since` are left out.

    The present one is opened first: if it is put aside in that moment, it is there under two names and read once.
    Raises FleetError when there is none.
    """
    try:
        present = stack.enter_context(log.open("rb"))
    except OSError as error:
        raise FleetError(f"the audit log {log} cannot be read: {error.strerror}") from None
    known = os.fstat(present.fileno()).st_ino
    files: list[IO[bytes]] = []
    for rotated in sorted(log.parent.glob(f"{log.stem}-*{log.suffix}")):
        try:
            file = stack.enter_context(rotated.open("rb"))
        except FileNotFoundError:
            continue  # removed meanwhile: there are more than are kept
        state = os.fstat(file.fileno())
        if state.st_ino != known and (since is None or state.st_mtime >= since.timestamp()):
            files.append(file)
    return [*files, present]
