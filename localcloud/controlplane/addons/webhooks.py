"""Webhooks of a controller that runs outside the cluster: by address instead of Service, with certificates of ours."""

import base64
import datetime
import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import VALIDITY, issue_authority
from localcloud.controlplane.ports import HOST
from localcloud.files import write_whole

Manifest = dict[str, Any]

RENEWAL = datetime.timedelta(days=90)
"""How long before the end the controller's own certificate manager makes new ones, which nobody here would read."""

_ADMISSION = "/apis/admissionregistration.k8s.io/v1"


@dataclass(frozen=True)
class Webhooks:
    """What the API server asks a controller.

    file: the module's webhook configurations, below the add-on's files. port: name of the port it serves on.
    namespace, service, secret: where the controller looks for its certificates, and the name they are for.
    kept: patterns; a webhook is kept when its name, or its name in the group it is for (`<name>.<group>`), is one.
    of_namespaces: by name of a webhook, the namespaces whose requests it is asked about; all when left out.
    probe: a path that answers once webhooks are served.
    """

    file: str
    port: str
    namespace: str
    service: str
    secret: str
    probe: str
    kept: tuple[str, ...] = ("*",)
    of_namespaces: Mapping[str, Manifest] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """Before the names of its objects, as the controller derives it from its Service."""
        return self.service.removesuffix("-webhook-service")

    @property
    def authority(self) -> str:
        """Its own: the controller gets the key, which must open nothing else."""
        return f"{self.base}-ca"

    def certificates(self, layout: Layout) -> Path:
        """Directory with tls.crt and tls.key."""
        return layout.pki / f"{self.base}-webhook"

    def ensure_certificates(self, layout: Layout) -> None:
        """Make its authority and its certificate unless they are there."""
        directory = self.certificates(layout)
        if (directory / "tls.crt").exists():
            return
        name = f"{self.service}.{self.namespace}.svc"
        made = issue_authority(self.authority, (HOST, name), VALIDITY + RENEWAL)
        directory.mkdir(mode=0o700, exist_ok=True)
        write_whole(layout.certificate(self.authority), made.authority)
        write_whole(layout.key(self.authority), made.authority_key)
        write_whole(directory / "tls.key", made.key)
        write_whole(directory / "tls.crt", made.certificate)  # last: whoever finds it finds the others

    def secret_of(self, layout: Layout) -> Manifest:
        """The Secret in which the controller finds them."""
        directory = self.certificates(layout)
        data = {
            "ca.crt": layout.certificate(self.authority),
            "ca.key": layout.key(self.authority),
            "tls.crt": directory / "tls.crt",
            "tls.key": directory / "tls.key",
        }
        return {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": self.secret, "namespace": self.namespace},
            "data": {key: _base64(path) for key, path in data.items()},
        }

    def client(self, layout: Layout, ports: Mapping[str, int], path: str) -> Manifest:
        """How the API server reaches a path of the controller."""
        return {
            "url": f"https://{HOST}:{ports[self.port]}{path}",
            "caBundle": _base64(layout.certificate(self.authority)),
        }

    def conversion(self, layout: Layout, ports: Mapping[str, int]) -> Manifest:
        """Of its kinds. One version is served, so that it is never asked; the controller insists on being named."""
        asked = {"clientConfig": self.client(layout, ports, "/convert"), "conversionReviewVersions": ["v1"]}
        return {"strategy": "Webhook", "webhook": asked}

    def configurations(self, layout: Layout, ports: Mapping[str, int], files: Path) -> Iterator[tuple[str, Manifest]]:
        """The module's webhook configurations by path, with the webhooks that are kept."""
        for manifest in yaml.safe_load_all((files / self.file).read_text()):
            if not manifest:
                continue
            manifest["metadata"]["name"] = f"{self.base}-{manifest['metadata']['name']}"
            manifest["webhooks"] = [
                {
                    **webhook,
                    "clientConfig": self.client(layout, ports, webhook["clientConfig"]["service"]["path"]),
                    **({"namespaceSelector": chosen} if (chosen := self.of_namespaces.get(webhook["name"])) else {}),
                }
                for webhook in manifest["webhooks"]
                if self._keeps(webhook)
            ]
            yield f"{_ADMISSION}/{manifest['kind'].lower()}s/{manifest['metadata']['name']}", manifest

    def paths(self) -> tuple[str, ...]:
        """Of its webhook configurations, for their deletion."""
        kinds = ("mutating", "validating")
        return tuple(
            f"{_ADMISSION}/{kind}webhookconfigurations/{self.base}-{kind}-webhook-configuration" for kind in kinds
        )

    def _keeps(self, webhook: Manifest) -> bool:
        groups = {group for rule in webhook["rules"] for group in rule["apiGroups"]}
        known = (webhook["name"], *(f"{webhook['name']}.{group}" for group in groups))
        return any(fnmatch.fnmatch(each, pattern) for each in known for pattern in self.kept)


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
