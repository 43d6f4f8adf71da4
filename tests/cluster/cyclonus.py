"""Another opinion on NetworkPolicies: cyclonus, an analyzer that nobody here has written (E4)."""

import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fleet.reachability import Endpoint, Policy
from localcloud.toolchain import tool

Question = tuple[Endpoint, Endpoint, str, int]
"""Source, target, protocol, port."""
_VERDICT = re.compile(r"IS ALLOWED\?\s*\|\s*(TRUE|FALSE)")
_UNKNOWN_ADDRESS = "192.0.2.254"
"""For pods whose address no policy of the question names."""


def judged(policies: Sequence[Policy], questions: Iterable[Question], folder: Path) -> list[bool]:
    """Its verdict on each question, in their order.

    folder: for its files. Raises AssertionError when it does not answer every question: it ends with 0 whatever happens
    and prints tables, so that a change of either must not pass for agreement.
    """
    asked = list(questions)
    # A list and not documents one after another, of which it reads the first alone.
    items = [{"metadata": _metadata(each), "spec": each["spec"]} for each in policies]
    kinds = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicyList"}
    (folder / "policies.yaml").write_text(json.dumps({**kinds, "items": items}))
    (folder / "traffic.json").write_text(json.dumps([_traffic(*each) for each in asked]))
    command = [str(tool("cyclonus")), "analyze", "--mode", "query-traffic"]
    files = ["--policy-path", str(folder / "policies.yaml"), "--traffic-path", str(folder / "traffic.json")]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = [each == "TRUE" for each in _VERDICT.findall(done.stdout)]
    assert len(found) == len(asked), f"{len(found)} verdicts on {len(asked)} questions: {done.stdout[-500:]}"
    return found


def _metadata(policy: Policy) -> Mapping[str, str]:
    return {key: policy["metadata"][key] for key in ("name", "namespace")}


def _traffic(source: Endpoint, target: Endpoint, protocol: str, port: int) -> dict[str, Any]:
    ends = {"Source": _peer(source), "Destination": _peer(target)}
    return {**ends, "Protocol": protocol, "ResolvedPort": port, "ResolvedPortName": ""}


def _peer(party: Endpoint) -> dict[str, Any]:
    made: dict[str, Any] = {"IP": party.address or _UNKNOWN_ADDRESS}
    if party.is_pod:
        labels = {"PodLabels": dict(party.labels), "NamespaceLabels": dict(party.namespace_labels)}
        made["Internal"] = {**labels, "Namespace": party.namespace}
    return made
