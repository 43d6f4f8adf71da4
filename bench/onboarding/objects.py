"""The objects that an update made, out of the states of its stacks, and `kubectl apply` of them."""

import json
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from bench.onboarding.meter import Measured, measure

_ORDER: Final = (
    "Namespace",
    "PriorityClass",
    "RuntimeClass",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
)
"""Kinds that others need first. The rest follows in the order of the states."""


def objects_of(states: Path) -> list[dict[str, Any]]:
    """Every Kubernetes object in the states of a file backend's folder, as the program gave it, in an order that can
    be applied.

    A patch resource stands for the fields it sets on an object somebody else makes, and is applied like any other.
    """
    made: list[dict[str, Any]] = []
    for file in sorted(states.rglob("*.json")):
        if "stacks" not in file.parts:
            continue
        latest = (json.loads(file.read_text()).get("checkpoint") or {}).get("latest") or {}
        for resource in latest.get("resources") or []:
            if resource["type"].startswith("kubernetes:") and resource.get("custom"):
                made.append(resource["inputs"])
    made.sort(key=lambda each: _ORDER.index(each["kind"]) if each["kind"] in _ORDER else len(_ORDER))
    return made


def write_objects(objects: list[dict[str, Any]], file: Path) -> None:
    """Writes objects as one file of YAML documents, as `kubectl apply -f` takes them."""
    # YAML takes JSON, and the fast writer of PyYAML is no help to kubectl.
    file.write_text("\n---\n".join(json.dumps(each) for each in objects))
    assert yaml.safe_load(json.dumps(objects[0]))["kind"]


def kubectl_apply(kubectl: Path, kubeconfig: Path, file: Path, environment: Mapping[str, str]) -> Measured:
    """Applies a file by server-side apply, the way the providers do it."""
    command = [
        str(kubectl),
        "--kubeconfig",
        str(kubeconfig),
        "apply",
        "--server-side",
        "--force-conflicts",
        "-f",
        str(file),
    ]
    return measure(command, file.parent, environment)


def remove_objects(kubectl: Path, kubeconfig: Path, timeout_s: float) -> None:
    """Removes everything of the platform and its tenants, and waits until the last namespace is gone.

    Raises TimeoutError when some are left after `timeout_s`.
    """
    base = [str(kubectl), "--kubeconfig", str(kubeconfig)]
    ours = ["-l", "app.kubernetes.io/part-of=tenantplane"]
    kinds = "namespaces,priorityclasses,runtimeclasses,clusterroles,clusterrolebindings"
    kinds += ",validatingadmissionpolicies,validatingadmissionpolicybindings"
    subprocess.run([*base, "delete", kinds, *ours, "--wait=false"], check=True, capture_output=True)
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        left = subprocess.run(
            [*base, "get", "namespaces", *ours, "-o", "name"], check=True, capture_output=True, text=True
        )
        if not left.stdout.strip():
            return
        time.sleep(0.5)
    raise TimeoutError(f"namespaces are still there after {timeout_s:.0f} s: {left.stdout[:200]}")
