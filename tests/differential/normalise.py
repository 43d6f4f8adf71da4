"""What may differ between two runs of the same program, made equal; everything else is left as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = Any

SECRET_KEY = "4dabf18193072939515e22adb298388d"  # Pulumi's mark of a special value in JSON
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"

# Replaced wherever they occur inside a string, in this order.
_PATTERNS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"-[0-9a-f]{8}(?![0-9a-f])"), "-<auto>"),
    (re.compile(r"https://127\.0\.0\.1:\d{2,}"), "<server>"),
    (re.compile(r"kube-api-access-[a-z0-9]{5}"), "kube-api-access-<pod>"),
    (re.compile(r"resourceVersion: \"?\d+\"?"), "resourceVersion: <version>"),
)
# Values the cluster chooses, by the last name of their path.
_CHOSEN: Mapping[str, str] = {
    "resourceVersion": "<version>",
    "uid": "<uid>",
    "generation": "<generation>",
    "observedGeneration": "<generation>",
    "clusterIP": "<ip>",
    "nodePort": "<port>",
    "healthCheckNodePort": "<port>",
    "nodeName": "<node>",
    "creationTimestamp": "<time>",
    "deletionTimestamp": "<time>",
    "batch.kubernetes.io/controller-uid": "<uid>",
    "controller-uid": "<uid>",
    "volume.kubernetes.io/selected-node": "<node>",
    "deployment.kubernetes.io/revision": "<revision>",
    # Of the scenarios: values that a random resource chooses and that others are given.
    "random-password": "<random>",
    "random-pet": "<random>",
}
# Outputs that a random resource chooses, unless it is given a seed.
_RANDOM = ("result", "results", "hex", "dec", "b64Std", "b64Url", "id", "bcryptHash")
# Field managers of the provider, by default and as the scenarios name them.
_OWN_MANAGER = re.compile(r"^(pulumi-kubernetes|differential|before|after|pulumi)")


def text(value: str) -> str:
    """One string, with what is chosen at random taken out."""
    for pattern, replacement in _PATTERNS:
        value = pattern.sub(replacement, value)
    return value


def plain(value: Json, *, key: str = "") -> Json:
    """Any JSON value of a plan, an object or a state, normalised at every depth."""
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, list):
        return _list(value, key)
    if key == "kubeconfig" and isinstance(value, str):
        return kubeconfig(value)
    if key in _CHOSEN and not (key == "clusterIP" and value == "None"):
        return _CHOSEN[key]
    return text(value) if isinstance(value, str) else value


def _mapping(value: Mapping[str, Any]) -> Json:
    if value.get(SECRET_KEY) == SECRET_SIGNATURE:
        return "<secret>"
    kept = {text(name): plain(item, key=name) for name, item in sorted(value.items()) if name != "status"}
    return kept | ({"status": "<status>"} if value.get("status") else {})  # what controllers report depends on timing


def _list(value: list[Json], key: str) -> Json:
    if key == "managedFields":
        return managers(value)
    if key == "clusterIPs" and value != ["None"]:
        return ["<ip>"]
    return [plain(item) for item in value]


def first_reason(message: str) -> str:
    """The first reason of an error: what else stood in the way depends on timing, and advice is each provider's own."""
    message = re.sub(r"^(Preview failed: )?\d+ errors? occurred:\s*\*\s*", r"\1", text(message))
    message = re.split(r"\n\t\* |\n\n|\nTo take the fields over", message)[0]
    return message.strip()


def chosen(kind: str, outputs: Json) -> Json:
    """Outputs of a random resource of a kind: what is chosen is reduced to its shape, the rest stays."""
    return {key: _shape(kind, key, item) if key in _RANDOM else plain(item, key=key) for key, item in outputs.items()}


def _shape(kind: str, key: str, value: Json) -> Json:
    """Its length; words and numbers differ in theirs."""
    if isinstance(value, list):
        return [_shape(kind, key, item) for item in value]
    if not isinstance(value, str) or kind == "RandomInteger" or key == "dec":
        return plain(value) if isinstance(value, Mapping) else "<number>"
    return "<words>" if kind == "RandomPet" else f"<{len(value)} characters>"


def kubeconfig(value: str) -> Json:
    """What a kubeconfig says without whom it lets in where: the two sides have a control plane each."""
    try:
        config = json.loads(value)
    except json.JSONDecodeError:
        return "<path>" if value.startswith("/") else value
    return {
        "contexts": config["contexts"],
        "current-context": config["current-context"],
        "users": [user["name"] for user in config["users"]],
        "servers": [text(entry["cluster"]["server"]) for entry in config["clusters"]],
    }


def managers(fields: Iterable[Mapping[str, Any]]) -> list[Json]:
    """Field ownership of Pulumi's managers; the controllers' own depends on timing and is left out."""
    kept = [
        {
            "manager": text(entry.get("manager", "")),
            "operation": entry.get("operation"),
            "subresource": entry.get("subresource", ""),
            "fields": plain(entry.get("fieldsV1", {})),
        }
        for entry in fields
        if _OWN_MANAGER.match(entry.get("manager", ""))
    ]
    return sorted(kept, key=str)


def differences(official: Json, bundled: Json, path: str = "") -> list[str]:
    """Each place where two normalised values differ, as `path: official X, bundled Y`."""
    if isinstance(official, Mapping) and isinstance(bundled, Mapping):
        found = []
        for name in sorted({*official, *bundled}):
            here = f"{path}.{name}" if path else str(name)
            if name not in bundled:
                found.append(f"{here}: official {_short(official[name])}, bundled nothing")
            elif name not in official:
                found.append(f"{here}: official nothing, bundled {_short(bundled[name])}")
            else:
                found += differences(official[name], bundled[name], here)
        return found
    if isinstance(official, list) and isinstance(bundled, list) and len(official) == len(bundled):
        return [
            difference
            for index, (one, other) in enumerate(zip(official, bundled, strict=True))
            for difference in differences(one, other, f"{path}[{index}]")
        ]
    if official == bundled and type(official) is type(bundled):
        return []
    return [f"{path}: official {_short(official)}, bundled {_short(bundled)}"]


def _short(value: Json, limit: int = 600) -> str:
    shown = repr(value)
    return shown if len(shown) <= limit else f"{shown[:limit]}..."
