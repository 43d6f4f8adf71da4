"""Requests to the API server as a person of a tenant, by impersonation, with the server's own words."""

import base64
import json
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
import yaml

IMAGE = "registry.tenantplane.example/app@sha256:" + "0" * 64
PATCH = {"merge": "application/merge-patch+json", "json": "application/json-patch+json"}


@dataclass(frozen=True)
class Answer:
    """What the API server answered. body: the object, or the Status of a refusal. warnings: what it told besides."""

    status: int
    body: dict[str, Any]
    warnings: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """The server's words, for a refusal."""
        return str(self.body.get("message", ""))


class Caller:
    """Somebody at the API server: the administrator of a kubeconfig, or who that one impersonates."""

    def __init__(
        self, pool: urllib3.HTTPSConnectionPool, user: str | None = None, groups: tuple[str, ...] = ()
    ) -> None:
        self._pool = pool
        self._headers = urllib3.HTTPHeaderDict()
        if user is not None:
            self._headers.add("Impersonate-User", user)
            for group in (*groups, "system:authenticated"):
                self._headers.add("Impersonate-Group", group)

    @classmethod
    def of(cls, kubeconfig: Path) -> "Caller":
        """The administrator."""
        document = yaml.safe_load(kubeconfig.read_text())
        cluster, user = document["clusters"][0]["cluster"], document["users"][0]["user"]
        address = urllib3.util.parse_url(cluster["server"])
        with _files(cluster, user) as (authority, certificate, key):
            context = ssl.create_default_context(cafile=authority)
            context.load_cert_chain(certificate, key)
        return cls(urllib3.HTTPSConnectionPool(address.host or "127.0.0.1", address.port, ssl_context=context))

    def acting_as(self, user: str, *groups: str) -> "Caller":
        """The same API server as somebody else."""
        return Caller(self._pool, user, groups)

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Answer:
        """One request, whatever the answer is."""
        headers = self._headers.copy()
        headers["Content-Type"] = kind
        answer = self._pool.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
        try:
            said = json.loads(answer.data)
        except ValueError:
            said = {"message": answer.data.decode()}
        return Answer(answer.status, said, tuple(answer.headers.getlist("Warning")))

    def get(self, path: str) -> dict[str, Any]:
        """Read; AssertionError when refused."""
        return _allowed(self.ask("GET", path), f"GET {path}")

    def create(self, path: str, body: Any, *, dry_run: bool = False) -> dict[str, Any]:
        """Create; AssertionError when refused. dry_run: every check of the server, and nothing stored."""
        return _allowed(self.ask("POST", path + ("?dryRun=All" if dry_run else ""), body), f"POST {path}")

    def patch(self, path: str, body: Any) -> dict[str, Any]:
        """Merge patch; AssertionError when refused."""
        return _allowed(self.ask("PATCH", path, body, PATCH["merge"]), f"PATCH {path}")

    def delete(self, path: str) -> dict[str, Any]:
        """Delete at once; AssertionError when refused."""
        return _allowed(self.ask("DELETE", path, {"gracePeriodSeconds": 0}), f"DELETE {path}")

    def refused(self, words: str, method: str, path: str, body: Any = None) -> str:
        """The server's words for refusing (403, 422), which hold the given ones; AssertionError when it does not."""
        kind = PATCH["merge"] if method == "PATCH" else "application/json"
        answer = self.ask(method, path, body, kind)
        assert answer.status in {403, 422}, f"{method} {path}: not refused but {answer.status} {answer.message}"
        assert words in answer.message, answer.message
        return answer.message


def _allowed(answer: Answer, what: str) -> dict[str, Any]:
    assert 200 <= answer.status < 300, f"{what}: {answer.status} {answer.message}"
    return answer.body


@contextmanager
def _files(cluster: dict[str, Any], user: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The certificates of a kubeconfig as files, whether it names files or holds their content."""
    with tempfile.TemporaryDirectory() as folder:
        paths: list[str] = []
        for where, key in ((cluster, "certificate-authority"), (user, "client-certificate"), (user, "client-key")):
            if key in where:
                paths.append(where[key])
            else:
                path = Path(folder) / key
                path.write_bytes(base64.b64decode(where[f"{key}-data"]))
                paths.append(str(path))
        yield paths[0], paths[1], paths[2]


def pod(name: str = "probe", **spec: Any) -> dict[str, Any]:
    """A pod that every tenant may run: it satisfies `restricted`, the limits and the admission rules."""
    container = {
        "name": "main",
        "image": IMAGE,
        "imagePullPolicy": "Always",
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"cpu": "1m", "memory": "1Mi"}},
    }
    base = {
        "automountServiceAccountToken": False,
        "runtimeClassName": "gvisor",
        "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
        "terminationGracePeriodSeconds": 0,
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {**base, **spec}}
