"""Envoy Gateway's own translation of the objects of a cluster into Envoy's configuration."""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from localcloud.errors import LocalcloudError
from localcloud.toolchain import tool

Manifest = dict[str, Any]

KINDS: Mapping[str, tuple[str, str]] = {
    "gatewayclasses": ("gateway.networking.k8s.io", "v1"),
    "gateways": ("gateway.networking.k8s.io", "v1"),
    "httproutes": ("gateway.networking.k8s.io", "v1"),
    "backendtrafficpolicies": ("gateway.envoyproxy.io", "v1alpha1"),
    "clienttrafficpolicies": ("gateway.envoyproxy.io", "v1alpha1"),
    "securitypolicies": ("gateway.envoyproxy.io", "v1alpha1"),
}
"""What is translated, by resource: API group and version; Namespaces and Services besides."""

_UNWELCOME = {"Conflicted", "PartiallyInvalid"}
"""Conditions that are bad news when they are true; the others are when they are false."""
_NEUTRAL = {"Overridden", "Merged", "Aggregated", "OverlappingTLSConfig", "NoReadyListeners", "Deprecated", "Warning"}


@dataclass(frozen=True)
class Translation:
    """xds: Envoy's resources by type URL. refusals: what Envoy Gateway refuses of the objects, in its own words."""

    xds: Mapping[str, list[dict[str, Any]]]
    refusals: tuple[str, ...]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Resources whose type URL ends in this."""
        return next((each for url, each in self.xds.items() if url.endswith(f".{kind}")), [])


def translate(objects: Iterable[Manifest]) -> Translation:
    """Translate a GatewayClass and what belongs to its Gateways. Takes some seconds, most of them to check the objects.

    Each Secret that a Gateway names must be among the objects. An object that is refused is left out of what Envoy is
    told, as Envoy Gateway does it, and is in `refusals`.
    Raises LocalcloudError when the objects are not of their kinds' schema.
    """
    text = yaml.dump_all([bare(each) for each in objects], Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))
    done = subprocess.run([tool("gateway-translate")], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LocalcloudError(f"Envoy Gateway does not take these objects: {done.stderr.strip()}")
    said = json.loads(done.stdout)
    return Translation(said["xds"], tuple(line for each in said["objects"] or () for line in _refused(each)))


def bare(manifest: Manifest) -> Manifest:
    """What somebody wrote of an object, without what the API server added: it is not in the schema."""
    metadata = {
        key: manifest["metadata"][key] for key in ("name", "namespace", "labels") if key in manifest["metadata"]
    }
    return {**{key: value for key, value in manifest.items() if key != "status"}, "metadata": metadata}


def _refused(judged: Mapping[str, Any]) -> Iterator[str]:
    for condition in _conditions(judged["status"]):
        kind = condition["type"]
        if kind not in _NEUTRAL and (condition["status"] == "True") == (kind in _UNWELCOME):
            yield f"{judged['kind']} {judged['namespace']}/{judged['name']}: {kind}: {condition['message']}"


def _conditions(status: Any) -> Iterator[Mapping[str, Any]]:
    """Conditions anywhere in a status."""
    if isinstance(status, list):
        for each in status:
            yield from _conditions(each)
    elif isinstance(status, dict):
        for key, value in status.items():
            if key == "conditions":
                yield from value or ()
            else:
                yield from _conditions(value)
