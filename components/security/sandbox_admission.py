"""What the API server refuses in a claim for an agent sandbox, whoever asks (C5)."""

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


def claim_variables(tiers: tuple[Tier, ...]) -> Manifest:
    """Named expressions of the policy: the tier of the namespace, and how long one of its sandboxes may live."""
    lifetimes = {tier.id: f"{tier.sandboxes.lifetime_minutes}m" for tier in tiers if tier.sandboxes is not None}
    return [
        tier_variable(),
        {
            "name": "lifetime",
            "expression": f"duration({json.dumps(lifetimes, sort_keys=True)}[?variables.tier].orValue('0s'))",
        },
        {"name": "ttl", "expression": "object.spec.?lifecycle.?ttlSecondsAfterFinished.orValue(-1)"},
    ]


def claim_validations() -> Manifest:
    """The rules. The first three end every sandbox, the others keep it the one that the template describes."""
    return [
        # The API's default is Retain, which leaves claims behind for ever.
        validation(
            "object.spec.?lifecycle.?shutdownPolicy.orValue('') in ['Delete', 'DeleteForeground']",
            "a sandbox claim is deleted when it is over: set lifecycle.shutdownPolicy to Delete or DeleteForeground",
        ),
        validation(
            f"variables.ttl >= 0 && variables.ttl <= {TTL_MAX_S}",
            f"a finished sandbox claim goes soon: set lifecycle.ttlSecondsAfterFinished to 0 to {TTL_MAX_S}",
        ),
        # The API server has set creationTimestamp before it asks, and nobody can change it later: a claim that is
        # moved again and again still ends.
        validation(
            "has(object.spec.lifecycle) && has(object.spec.lifecycle.shutdownTime)"
            " && timestamp(object.spec.lifecycle.shutdownTime)"
            " <= timestamp(object.metadata.creationTimestamp) + variables.lifetime",
            "a sandbox claim ends by itself: set lifecycle.shutdownTime, no further from the claim's creation than the"
            " tier lets a sandbox live",
        ),
        validation(
            "object.spec.?env.orValue([]).size() == 0",
            "a sandbox claim may not bring variables: leave out env",
        ),
        validation(
            "object.spec.?volumeClaimTemplates.orValue([]).size() == 0",
            "a sandbox claim may not bring volumes: leave out volumeClaimTemplates",
        ),
        validation(
            "object.spec.?additionalPodMetadata.?labels.orValue({}).size() == 0"
            " && object.spec.?additionalPodMetadata.?annotations.orValue({}).size() == 0",
            "a sandbox claim may not label its pod: leave out additionalPodMetadata",
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class SandboxAdmissionArgs:
    """Inputs of SandboxAdmission.

    tiers: every tier of the catalogue; those with sandboxes say how long one may live.
    """

    tiers: tuple[Tier, ...]


class SandboxAdmission(pulumi.ComponentResource):
    """Rules for claims of agent sandboxes, once per cluster that has the addon agent-sandbox (C5).

    Creates: ValidatingAdmissionPolicy `tenantplane-sandbox-claims` with its ValidatingAdmissionPolicyBinding, for every
    namespace that carries the `tenant` label. A claim must be deleted when it is over (shutdownPolicy Delete or
    DeleteForeground), at most 300 s after its sandbox has finished and at a shutdownTime within the lifetime of the
    tier, counted from its creation; that time can be moved, within the same bound. It brings no variables, volumes,
    labels or annotations for its pod. A change that leaves the claim's spec as it is passes, so that the controller can
    keep its records on claims made before a tier was shortened.
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
