"""What the API server refuses in a claim for an agent sandbox, whoever asks (C5).

A claim's shutdownTime is a lease: whoever serves the session moves it on while the session is used, and the
controller of agent-sandbox deletes a claim that nobody renews. Here is what bounds the lease. CEL has no clock, but
the API server writes the time of each change into the object before it asks: into creationTimestamp, and later into
the entry of managedFields that owns the changed field. Who changes shutdownTime owns it alone afterwards, and that
entry has the time of the change, whatever a client sends in managedFields. There are two ways round, both refused: a
client can have managedFields emptied, after which no time is written any more; and with more than ten entries the API
server folds the oldest ones into `ancient-changes`, which has the time of the last one folded, perhaps a forged one.
"""

import json
from dataclasses import dataclass

import pulumi

from components.objects import Manifest
from components.security.admission_policy import (
    admission_policy,
    asked_in_tenants,
    rule,
    something_new,
    tier_variable,
    validation,
)
from settings import Tier

CLAIM_POLICY = "tenantplane-sandbox-claims"
TTL_MAX_S = 300
"""Seconds that a finished claim may be kept, to read how it ended."""
CLOCKS_S = 5
"""Seconds that the clock of who renews a lease may be ahead of the API server's; a number of ours."""
FOLDED = "ancient-changes"
"""The entry of managedFields into which the API server folds the oldest ones; its time is not that of a change."""


def claim_variables(tiers: tuple[Tier, ...]) -> Manifest:
    """Named expressions of the policy: how long a sandbox of the namespace's tier may live and be unused, when the
    claim is to end, whether that is new, and when the API server took it (at most one time)."""
    allowed = {tier.id: tier.sandboxes for tier in tiers if tier.sandboxes is not None}
    lifetimes = {tier: f"{each.lifetime_minutes}m" for tier, each in allowed.items()}
    idle = {tier: f"{each.idle_minutes}m" for tier, each in allowed.items()}
    return [
        tier_variable(),
        {"name": "lifetime", "expression": _of_tier(lifetimes)},
        {"name": "idle", "expression": _of_tier(idle)},
        {"name": "ttl", "expression": "object.spec.?lifecycle.?ttlSecondsAfterFinished.orValue(-1)"},
        {"name": "ends", "expression": "object.spec.?lifecycle.?shutdownTime.orValue('')"},
        {
            "name": "moved",
            "expression": "request.operation == 'CREATE'"
            " || variables.ends != oldObject.spec.?lifecycle.?shutdownTime.orValue('')",
        },
        {
            "name": "taken",
            "expression": "request.operation == 'CREATE' ? [object.metadata.creationTimestamp]"
            f" : object.metadata.?managedFields.orValue([]).filter(each, each.?manager.orValue('') != '{FOLDED}'"
            " && each.?fieldsV1[?'f:spec'][?'f:lifecycle'][?'f:shutdownTime'].hasValue())"
            ".map(each, each.time)",
        },
    ]


def _of_tier(durations: dict[str, str]) -> str:
    """CEL: the duration of the namespace's tier; none for a tier without sandboxes."""
    return f"duration({json.dumps(durations, sort_keys=True)}[?variables.tier].orValue('0s'))"


def claim_validations() -> Manifest:
    """The rules. The first four end every sandbox, the others keep it the one that the template describes."""
    return [
        # The API's default is Retain, which leaves claims behind for ever.
        validation(
            "TP-C5-01",
            "object.spec.?lifecycle.?shutdownPolicy.orValue('') in ['Delete', 'DeleteForeground']",
            "a sandbox claim is deleted when it is over: set lifecycle.shutdownPolicy to Delete or DeleteForeground",
        ),
        validation(
            "TP-C5-01",
            f"variables.ttl >= 0 && variables.ttl <= {TTL_MAX_S}",
            f"a finished sandbox claim goes soon: set lifecycle.ttlSecondsAfterFinished to 0 to {TTL_MAX_S}",
        ),
        # The API server has set creationTimestamp before it asks, and nobody can change it later: a claim that is
        # moved again and again still ends.
        validation(
            "TP-C5-01",
            "variables.ends != '' && timestamp(variables.ends)"
            " <= timestamp(object.metadata.creationTimestamp) + variables.lifetime",
            "a sandbox claim ends by itself: set lifecycle.shutdownTime, no further from the claim's creation than the"
            " tier lets a sandbox live",
        ),
        validation(
            "TP-C5-01",
            "variables.ends == '' || !variables.moved || variables.taken.size() == 1 && timestamp(variables.ends)"
            f" <= timestamp(variables.taken[0]) + variables.idle + duration('{CLOCKS_S}s')",
            "a sandbox that nobody uses ends soon: set lifecycle.shutdownTime no further ahead than the tier lets a"
            " sandbox be idle, and move it while the sandbox is used, leaving metadata.managedFields alone",
        ),
        validation(
            "TP-C5-01",
            "object.spec.?env.orValue([]).size() == 0",
            "a sandbox claim may not bring variables: leave out env",
        ),
        validation(
            "TP-C5-01",
            "object.spec.?volumeClaimTemplates.orValue([]).size() == 0",
            "a sandbox claim may not bring volumes: leave out volumeClaimTemplates",
        ),
        validation(
            "TP-C5-01",
            "object.spec.?additionalPodMetadata.?labels.orValue({}).size() == 0"
            " && object.spec.?additionalPodMetadata.?annotations.orValue({}).size() == 0",
            "a sandbox claim may not label its pod: leave out additionalPodMetadata",
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class SandboxAdmissionArgs:
    """Inputs of SandboxAdmission.

    tiers: every tier of the catalogue; those with sandboxes say how long one may live, and be unused.
    """

    tiers: tuple[Tier, ...]


class SandboxAdmission(pulumi.ComponentResource):
    """Rules for claims of agent sandboxes, once per cluster that has the addon agent-sandbox (C5).

    Creates: ValidatingAdmissionPolicy `tenantplane-sandbox-claims` with its ValidatingAdmissionPolicyBinding, for
    every namespace that carries the `tenant` label. A claim must be deleted when it is over (shutdownPolicy Delete or
    DeleteForeground), at most 300 s after its sandbox has finished and at a shutdownTime within the lifetime of the
    tier, counted from its creation. That time is a lease: made, and each time it is moved, it is no further ahead
    than the tier's idle time and 5 s. It brings no variables, volumes, labels or annotations for its pod. A change
    that leaves the claim's spec as it is passes, so that the controller can keep its records on claims made before a
    tier was shortened.
    Outputs: policies (list of str), the names of the policies.
    """

    policies: list[str]

    def __init__(self, name: str, args: SandboxAdmissionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:security:SandboxAdmission", name, {}, opts)
        admission_policy(
            self, f"{name}-claims", claim_policy(args.tiers), policy=CLAIM_POLICY, component="sandbox-admission"
        )
        self.policies = [CLAIM_POLICY]
        self.register_outputs({"policies": self.policies})


def claim_policy(tiers: tuple[Tier, ...]) -> Manifest:
    """Spec of the policy."""
    return {
        **asked_in_tenants(rule("extensions.agents.x-k8s.io", "sandboxclaims", versions=["v1beta1"])),
        "match_conditions": something_new(),
        "variables": claim_variables(tiers),
        "validations": claim_validations(),
    }
