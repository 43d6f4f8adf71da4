"""What `restricted` asks for beyond `baseline`, where a tenant's workload may start as root (C1, C4)."""

from dataclasses import dataclass

import pulumi

from components.objects import Manifest
from components.security.admission_policy import admission_policy, rule, something_new, validation
from settings import names

ROOTED_POLICY = "tenantplane-rooted-pods"
VOLUMES = ("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret")
"""Kinds of volume that Pod Security `restricted` allows (Pod Security Standards, Volume Types)."""
PROFILES = ["RuntimeDefault", "Localhost"]


def validations() -> Manifest:
    """The rules of `restricted` (Pod Security Standards v1.34) that `baseline` lacks, but for one exception: who adds a
    capability, which RuntimeAdmission bounds, may be root."""
    kinds = " || ".join(f"has(each.{kind})" for kind in VOLUMES)
    default = "variables.pod.?securityContext"
    return [
        validation("TP-C4-07", f"variables.pod.?volumes.orValue([]).all(each, {kinds})", "restricted volume types"),
        validation(
            "TP-C4-01",
            "variables.containers.all(each, each.?securityContext.?allowPrivilegeEscalation.orValue(true) == false)",
            "allowPrivilegeEscalation != false",
        ),
        validation(
            "TP-C4-02",
            "variables.containers.all(each, 'ALL' in each.?securityContext.?capabilities.?drop.orValue([]))",
            "unrestricted capabilities: every container drops ALL",
        ),
        validation(
            "TP-C4-04",
            f"variables.containers.all(each, each.?securityContext.?seccompProfile.?type"
            f".orValue({default}.?seccompProfile.?type.orValue('')) in {PROFILES})",
            "seccompProfile is not RuntimeDefault or Localhost",
        ),
        validation(
            "TP-C4-03",
            "variables.containers.all(each, each.?securityContext.?capabilities.?add.orValue([]).size() > 0"
            f" || (each.?securityContext.?runAsNonRoot.orValue({default}.?runAsNonRoot.orValue(false))"
            f" && each.?securityContext.?runAsUser.orValue({default}.?runAsUser.orValue(1)) != 0))",
            "runAsNonRoot != true in a container that has no capability",
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class RootedAdmissionArgs:
    """Inputs of RootedAdmission: none, the rules are those of the standard."""


class RootedAdmission(pulumi.ComponentResource):
    """`restricted` with one exception, once per cluster (C1, C4).

    Pod Security knows no exception: a container that adds CHOWN, SETGID or SETUID, and is root to use them, is refused
    by `restricted` whatever its runtime. Only the namespace of a tenant whose reviewed file states such capabilities is
    at `baseline`, and there this policy asks for the rest of `restricted`.
    Creates: ValidatingAdmissionPolicy `tenantplane-rooted-pods` with its binding, for namespaces of tenants at level
    `baseline`.
    Outputs: policies (list of str), the names of the policies.
    """

    policies: list[str]

    def __init__(self, name: str, args: RootedAdmissionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        del args
        super().__init__("tenantplane:security:RootedAdmission", name, {}, opts)
        admission_policy(self, f"{name}-policy", spec(), policy=ROOTED_POLICY, component="rooted-admission")
        self.policies = [ROOTED_POLICY]
        self.register_outputs({"policies": self.policies})


def spec() -> Manifest:
    """Spec of the policy."""
    return {
        "match_constraints": {
            "namespace_selector": {
                "match_expressions": [
                    names.of_tenants(),
                    {"key": "pod-security.kubernetes.io/enforce", "operator": "In", "values": ["baseline"]},
                ]
            },
            "resource_rules": [rule("", "pods", "pods/ephemeralcontainers")],
        },
        "match_conditions": something_new(),
        "variables": [
            {"name": "pod", "expression": "object.spec"},
            {
                "name": "containers",
                "expression": "object.spec.containers + object.spec.?initContainers.orValue([])"
                " + object.spec.?ephemeralContainers.orValue([])",
            },
        ],
        "validations": validations(),
    }
