"""A tenant's quota shrinks only to what is in use, whoever asks (A7)."""

from dataclasses import dataclass

import pulumi

from components.objects import Manifest
from components.security.admission_policy import Refusal, admission_policy, asked_in_tenants, rule

QUOTA_POLICY = "tenantplane-quota-shrinks"

_QUANTITY = "quantity(string({}))"
OVER = (
    "object.spec.hard.map(key, key).filter(key,"
    " key in oldObject.spec.?hard.orValue({}) && key in oldObject.?status.?used.orValue({})"
    # Nothing may be made: how a tenant is suspended, whose pods end after that.
    " && !(key == 'pods' && string(object.spec.hard[key]) == '0')"
    f" && {_QUANTITY.format('object.spec.hard[key]')}"
    f".compareTo({_QUANTITY.format('oldObject.spec.hard[key]')}) < 0"
    f" && {_QUANTITY.format('object.spec.hard[key]')}"
    f".compareTo({_QUANTITY.format('oldObject.status.used[key]')}) < 0)"
)
"""CEL: the resources whose new bound is below the old one and below what is in use."""


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
        admission_policy(self, f"{name}-policy", spec(), policy=QUOTA_POLICY, component="quota-admission")
        self.policies = [QUOTA_POLICY]
        self.register_outputs({"policies": self.policies})


def spec() -> Manifest:
    """Spec of the policy."""
    return {
        **asked_in_tenants({**rule("", "resourcequotas"), "operations": ["UPDATE"]}),
        "variables": [{"name": "over", "expression": OVER}],
        "validations": [
            Refusal(
                "TP-A7-02",
                {
                    "expression": "variables.over.size() == 0",
                    "message_expression": "'the quota may not shrink below what is in use: '"
                    " + variables.over.map(key, key + ' to ' + string(object.spec.hard[key])"
                    " + ' with ' + string(oldObject.status.used[key]) + ' in use').join(', ')"
                    " + '; first bring the use down, then change the tier or the quota'",
                    "message": "the quota may not shrink below what is in use",
                    # Not "Forbidden", which the engine's preview only warns of.
                    "reason": "Invalid",
                },
            )
        ],
    }
