"""What the API server refuses in a claim for an agent sandbox, whoever asks (C5)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import pulumi

from components.security.admission_policy import admission_policy
from controls.admission.sandboxes import SANDBOX_CLAIMS
from settings import Tier

CLAIM_POLICY = SANDBOX_CLAIMS.name


def leases(tiers: Iterable[Tier]) -> dict[str, str]:
    """Values of the policy: how long a sandbox of a tier may live and be unused, as durations of CEL by tier."""
    allowed = {tier.id: tier.sandboxes for tier in tiers if tier.sandboxes is not None}
    return {
        "lifetimes": json.dumps({tier: f"{each.lifetime_minutes}m" for tier, each in allowed.items()}, sort_keys=True),
        "idle_times": json.dumps({tier: f"{each.idle_minutes}m" for tier, each in allowed.items()}, sort_keys=True),
    }


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
            self, f"{name}-claims", SANDBOX_CLAIMS, component="sandbox-admission", values=leases(args.tiers)
        )
        self.policies = [CLAIM_POLICY]
        self.register_outputs({"policies": self.policies})
