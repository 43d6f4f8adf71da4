"""What `restricted` asks for beyond `baseline`, where a tenant's workload may start as root (C1, C4)."""

from dataclasses import dataclass

import pulumi

from components.security.admission_policy import admission_policy
from controls.admission.rooted import ROOTED_PODS

ROOTED_POLICY = ROOTED_PODS.name


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
        admission_policy(self, f"{name}-policy", ROOTED_PODS, component="rooted-admission")
        self.policies = [ROOTED_POLICY]
        self.register_outputs({"policies": self.policies})
