"""What the API server refuses to virtual control planes, and to whoever would pass for one (A6, B5, C3, E2)."""

from dataclasses import dataclass

import pulumi

from components.objects import Manifest
from components.security.admission_policy import CLUSTER_WIDE, admission_policy, asked_in_tenants, rule, validation
from components.tenancy.virtual_names import NAME, SELECTOR, SYNCER_ACCOUNT
from settings import names

POD_POLICY = "tenantplane-virtual-pods"
SET_POLICY = "tenantplane-virtual-sets"
SET_CONTROLLER = "system:serviceaccount:kube-system:statefulset-controller"


def pod_policy() -> Manifest:
    """Who is the syncer, and what it may carry over that the other policies would let pass."""
    labelled = " && ".join(f"variables.labels[?'{key}'].orValue('') == '{value}'" for key, value in SELECTOR.items())
    return {
        **asked_in_tenants(rule("", "pods")),
        "variables": [
            {"name": "labels", "expression": "object.metadata.?labels.orValue({})"},
            {"name": "its", "expression": f"object.spec.?serviceAccountName.orValue('') == '{SYNCER_ACCOUNT}'"},
            {
                "name": "carried",
                "expression": "request.userInfo.username =="
                f" 'system:serviceaccount:' + request.namespace + ':{SYNCER_ACCOUNT}'",
            },
        ],
        "validations": [
            # By this account the guard-rails open the host's API server, and RBAC the tenant's secrets.
            validation(
                "TP-A6-02",
                "!variables.its || request.operation != 'CREATE'"
                f" || request.userInfo.username == '{SET_CONTROLLER}'"
                " && object.metadata.?ownerReferences.orValue([]).exists(each, each.kind == 'StatefulSet'"
                f" && each.name == '{NAME}' && each.?controller.orValue(false))",
                f"account {SYNCER_ACCOUNT!r} is the virtual control plane's alone",
            ),
            # Services would send it what is meant for the virtual API server.
            validation(
                "TP-A6-02",
                f"variables.its || !({labelled})",
                "a pod may not carry the labels of the virtual control plane",
            ),
            # Labels are the tenant's to choose in its own API server. These decide about runtime and network.
            validation(
                "TP-A6-02",
                f"!variables.carried || !('{names.WORKLOAD_LABEL}' in variables.labels)",
                "what a virtual control plane carries over is no workload of the tenant's file: leave out the label"
                f" {names.WORKLOAD_LABEL}",
            ),
            validation(
                "TP-A6-02",
                f"!variables.carried || variables.labels[?'{names.COMPONENT_LABEL}'].orValue('') != '{names.SANDBOX}'",
                f"what a virtual control plane carries over is no sandbox: leave out the label {names.COMPONENT_LABEL}",
            ),
            validation(
                "TP-A6-02",
                "!variables.carried || object.spec.?automountServiceAccountToken.orValue(true) == false"
                " && object.spec.?volumes.orValue([]).all(each, each.?projected.?sources.orValue([])"
                ".all(source, !has(source.serviceAccountToken)))",
                "what a virtual control plane carries over gets no token of the host: set automountServiceAccountToken"
                " to false and leave out projected tokens",
            ),
        ],
    }


def set_policy() -> Manifest:
    """The StatefulSet of a virtual control plane is the platform's, whoever may write StatefulSets."""
    account = "{}.spec.template.spec.?serviceAccountName.orValue('')"
    asked = {**rule("apps", "statefulsets"), "operations": ["CREATE", "UPDATE", "DELETE"]}
    return {
        **asked_in_tenants(asked),
        "variables": [
            {
                "name": "its",
                "expression": f"request.operation != 'DELETE' && {account.format('object')} == '{SYNCER_ACCOUNT}'"
                f" || request.operation != 'CREATE' && {account.format('oldObject')} == '{SYNCER_ACCOUNT}'",
            },
            {"name": "platform", "expression": CLUSTER_WIDE},
        ],
        "validations": [
            validation(
                "TP-A6-02",
                "!variables.its || variables.platform",
                "the virtual control plane changes by the reviewed tenant file",
            )
        ],
    }


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
        self.policies = [POD_POLICY, SET_POLICY]
        admission_policy(self, f"{name}-pods", pod_policy(), policy=POD_POLICY, component="virtual-admission")
        admission_policy(self, f"{name}-sets", set_policy(), policy=SET_POLICY, component="virtual-admission")
        self.register_outputs({"policies": self.policies})
