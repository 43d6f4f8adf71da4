"""What is compared, taken from engine events, checkpoints and the API server, keyed by resource."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tests.differential import normalise
from tests.differential.side import Outcome, Side

Json = Any

# Everything a scenario makes; what controllers make of it (pods, replica sets) is left out by its owner reference.
KINDS = (
    "namespaces,resourcequotas,limitranges,serviceaccounts,configmaps,secrets,services,pods,podtemplates,"
    "persistentvolumes,persistentvolumeclaims,deployments,statefulsets,daemonsets,jobs,cronjobs,roles,rolebindings,"
    "clusterroles,clusterrolebindings,networkpolicies,ingresses,ingressclasses,horizontalpodautoscalers,"
    "poddisruptionbudgets,priorityclasses,runtimeclasses,storageclasses,leases,endpointslices,"
    "validatingadmissionpolicies,validatingadmissionpolicybindings,customresourcedefinitions"
)
PREFIX = "diff-"


def short_urn(urn: str) -> str:
    """`type::name` of a URN; parents say nothing that the type and name do not."""
    kind, _, name = urn.split("::", 2)[2].partition("::")
    return f"{kind.rsplit('$', 1)[-1]}::{normalise.text(name)}"


def plan(outcome: Outcome) -> dict[str, list[Json]]:
    """The steps of a preview or update by resource, in the order in which each resource's steps began."""
    steps: dict[str, list[Json]] = defaultdict(list)
    for event in outcome.events:
        if "resourcePreEvent" in event:
            metadata = event["resourcePreEvent"]["metadata"]
            steps[short_urn(metadata["urn"])].append(_step(metadata))
        for kind in ("resOutputsEvent", "resOpFailedEvent"):
            if kind in event:
                metadata = event[kind]["metadata"]
                done = {"ended": kind, "op": metadata["op"], **_result(metadata)}
                steps[short_urn(metadata["urn"])].append(done)
    return dict(steps)


def _step(metadata: Mapping[str, Any]) -> Json:
    new, old = metadata.get("new") or {}, metadata.get("old") or {}
    return {
        "op": metadata["op"],
        "keys": sorted(metadata.get("keys") or []),
        "diffs": sorted(metadata.get("diffs") or []),
        "detailedDiff": normalise.plain(metadata.get("detailedDiff") or {}),
        "inputs": normalise.plain(new.get("inputs") or {}),
        "oldInputs": normalise.plain(old.get("inputs") or {}),
        "initErrors": _reasons(old),
    }


def _result(metadata: Mapping[str, Any]) -> Json:
    new = metadata.get("new") or {}
    return {
        "id": _outputs({**new, "outputs": {"id": new.get("id", "")}}),
        "detailedDiff": normalise.plain(metadata.get("detailedDiff") or {}),
        "keys": sorted(metadata.get("keys") or []),
        "inputs": normalise.plain(new.get("inputs") or {}),
        "outputs": _outputs(new),
        "initErrors": _reasons(new),
    }


def _outputs(resource: Mapping[str, Any]) -> Json:
    """Outputs of a resource of a plan or a state; those of a random resource by their shape, unless it has a seed."""
    outputs = resource.get("outputs") or {}
    if resource.get("type", "").startswith("random:") and "seed" not in (resource.get("inputs") or {}):
        return normalise.chosen(resource["type"].rpartition(":")[2], outputs)
    return normalise.plain(outputs)


def _reasons(resource: Mapping[str, Any]) -> list[str]:
    """Why a resource is not ready: the first reason, then nothing, see `normalise.first_reason`."""
    return [normalise.first_reason(reason) for reason in (resource.get("initErrors") or [])[:1]]


def diagnostics(outcome: Outcome) -> dict[str, list[str]]:
    """Warnings and errors by resource; what the engine says of ambient plugins is not the provider's."""
    said: dict[str, list[str]] = defaultdict(list)
    for event in outcome.events:
        message = event.get("diagnosticEvent")
        if not message or message["severity"] not in ("warning", "error"):
            continue
        if message.get("ephemeral") or _of_ambient_plugin(message["message"]):
            continue  # progress of a wait depends on timing
        owner = short_urn(message["urn"]) if message.get("urn") else "engine"
        said[owner].append(f"{message['severity']}: {normalise.first_reason(message['message'])}")
    return {owner: sorted(messages) for owner, messages in said.items()}


def _of_ambient_plugin(message: str) -> bool:
    return message.startswith("using pulumi-") and "from $PATH at" in message


def state(side: Side, stack: str) -> dict[str, list[Json]]:
    """The resources of the checkpoint, by URN; a URN may occur twice while a replacement is under way."""
    resources: dict[str, list[Json]] = defaultdict(list)
    for entry in side.state(stack).get("resources") or []:
        resources[short_urn(entry["urn"])].append(
            {
                "id": _outputs({**entry, "outputs": {"id": entry.get("id", "")}}),
                "outputs": _outputs(entry),
                "initErrors": _reasons(entry),
                "propertyDependencies": {
                    key: sorted(map(short_urn, urns))
                    for key, urns in sorted((entry.get("propertyDependencies") or {}).items())
                },
            }
            | {
                key: normalise.plain(entry.get(key))
                for key in (
                    *("inputs", "delete", "protect", "external", "pendingReplacement"),
                    *("additionalSecretOutputs", "customTimeouts", "importID"),
                )
            }
        )
    return {urn: sorted(entries, key=str) for urn, entries in resources.items()}


def objects(side: Side, extra_kinds: str = "") -> dict[str, Json]:
    """The scenario's objects on the API server, by kind, namespace and name."""
    kinds = f"{KINDS},{extra_kinds}" if extra_kinds else KINDS
    listed = json.loads(
        side.kubectl("get", kinds, "--all-namespaces", "-o", "json", "--show-managed-fields", "--ignore-not-found")
        or '{"items": []}'
    )
    found: dict[str, Json] = {}
    for item in listed["items"]:
        metadata = item["metadata"]
        place = metadata.get("namespace", metadata["name"])
        if not (place.startswith(PREFIX) or place == "default") or metadata.get("ownerReferences"):
            continue
        if metadata["name"] in ("kube-root-ca.crt", "kubernetes"):
            continue  # the cluster's own, with its certificate and port
        name = normalise.text(f"{item['kind']}/{metadata.get('namespace', '')}/{metadata['name']}")
        assert name not in found, f"two objects have the same normalised name: {name}"
        found[name] = normalise.plain(item)
    return found
