"""A tenant's quota shrinks only to what is in use, whoever asks (A7)."""

from dataclasses import dataclass

import pulumi

from components.security.admission_policy import admission_policy
from controls.admission.held import QUOTAS

QUOTA_POLICY = QUOTAS.name


@dataclass(frozen=True, kw_only=True)
class QuotaAdmissionArgs:
    """Inputs of QuotaAdmission: none, the rule is the same for every tenant."""


class QuotaAdmission(pulumi.ComponentResource):
    """A change of a tenant's tier grows its quota at once and shrinks it only when its use fits, once per cluster (A7).

    The API server itself takes a quota below what is in use: what runs would go on, and nothing of it could be replaced
    when it ends. Asked at preview as well, by the engine's dry run, before anything is changed.
    Creates: ValidatingAdmissionPolicy `tenantplane-quota-shrinks` with its binding, for namespaces that carry the
    `tenant` label. It names each resource with what was asked for and what is in use. Only a bound that gets lower is
    looked at; `pods` may always become 0, which is how a tenant is suspended.
    Outputs: policies (list of str), the names of the policies.
    """

    policies: list[str]

    def __init__(self, name: str, args: QuotaAdmissionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        del args
        super().__init__("tenantplane:security:QuotaAdmission", name, {}, opts)
        admission_policy(self, f"{name}-policy", QUOTAS, component="quota-admission")
        self.policies = [QUOTA_POLICY]
        self.register_outputs({"policies": self.policies})
