"""What the API server refuses to virtual control planes, and to whoever would pass for one (A6, B5, C3, E2)."""

from dataclasses import dataclass

import pulumi

from components.security.admission_policy import admission_policy
from components.tenancy.virtual_names import NAME, SELECTOR, SYNCER_ACCOUNT
from controls.admission.virtual import VIRTUAL_PODS, VIRTUAL_SETS

POD_POLICY = VIRTUAL_PODS.name
SET_POLICY = VIRTUAL_SETS.name


@dataclass(frozen=True, kw_only=True)
class VirtualAdmissionArgs:
    """Inputs of VirtualAdmission: none, the rules are the same for every tenant."""


class VirtualAdmission(pulumi.ComponentResource):
    """Rules about virtual control planes, once per cluster (A6, B5, C3, E2).

    On the host what a virtual control plane carries over is pods like all others, and all other policies hold for them.
    What is added here is that the syncer is known for certain and that labels which the tenant chose in its own API
    server decide nothing on the host.
    Creates: ValidatingAdmissionPolicy `tenantplane-virtual-pods` and `tenantplane-virtual-sets`, each with its binding,
    for every namespace that carries the `tenant` label. The first gives account `vc-virtual` to the pod of StatefulSet
    `virtual` alone, made by the controller of StatefulSets, and its labels to no other pod. Of what that account itself
    makes it refuses the label that states a kind of workload, that of a sandbox, and tokens of the host. The second
    keeps a StatefulSet with that account as the platform made it.
    Outputs: policies (list of str), the names of the policies.
    """

    policies: list[str]

    def __init__(self, name: str, args: VirtualAdmissionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        del args
        super().__init__("tenantplane:security:VirtualAdmission", name, {}, opts)
        labelled = " && ".join(f"variables.labels[?'{key}'].orValue('') == '{each}'" for key, each in SELECTOR.items())
        values = {"virtual_account": SYNCER_ACCOUNT, "virtual_name": NAME, "virtual_labelled": labelled}
        admission_policy(self, f"{name}-pods", VIRTUAL_PODS, component="virtual-admission", values=values)
        admission_policy(self, f"{name}-sets", VIRTUAL_SETS, component="virtual-admission", values=values)
        self.policies = [POD_POLICY, SET_POLICY]
        self.register_outputs({"policies": self.policies})
