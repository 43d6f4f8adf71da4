"""What the API server refuses to virtual control planes, and to whoever would pass for one (A6, B5, C3, E2)."""

from typing import Final

from controls.admission.form import AdmissionPolicy, Asked, Refusal, Variable
from controls.admission.parts import CLUSTER_WIDE

SET_CONTROLLER: Final = "system:serviceaccount:kube-system:statefulset-controller"
_ACCOUNT: Final = "{}.spec.template.spec.?serviceAccountName.orValue('') == '{{{{virtual_account}}}}'"

VIRTUAL_PODS: Final = AdmissionPolicy(
    name="tenantplane-virtual-pods",
    asked=(Asked("", ("pods",)),),
    # Who is the syncer, and what it may carry over that the other policies would let pass.
    variables=(
        Variable("labels", "object.metadata.?labels.orValue({})"),
        Variable("its", "object.spec.?serviceAccountName.orValue('') == '{{virtual_account}}'"),
        Variable(
            "carried",
            "request.userInfo.username == 'system:serviceaccount:' + request.namespace + ':{{virtual_account}}'",
        ),
    ),
    refusals=(
        # By this account the guard-rails open the host's API server, and RBAC the tenant's secrets.
        Refusal(
            control="TP-A6-02",
            holds="!variables.its || request.operation != 'CREATE'"
            f" || request.userInfo.username == '{SET_CONTROLLER}'"
            " && object.metadata.?ownerReferences.orValue([]).exists(each, each.kind == 'StatefulSet'"
            " && each.name == '{{virtual_name}}' && each.?controller.orValue(false))",
            message="account '{{virtual_account}}' is the virtual control plane's alone",
        ),
        # Services would send it what is meant for the virtual API server.
        Refusal(
            control="TP-A6-02",
            holds="variables.its || !({{virtual_labelled}})",
            message="a pod may not carry the labels of the virtual control plane",
        ),
        # Labels are the tenant's to choose in its own API server. These decide about runtime and network.
        Refusal(
            control="TP-A6-02",
            holds="!variables.carried || !('{{workload_label}}' in variables.labels)",
            message="what a virtual control plane carries over is no workload of the tenant's file: leave out the label"
            " {{workload_label}}",
        ),
        Refusal(
            control="TP-A6-02",
            holds="!variables.carried || variables.labels[?'{{component_label}}'].orValue('') != '{{sandbox}}'",
            message="what a virtual control plane carries over is no sandbox: leave out the label {{component_label}}",
        ),
        Refusal(
            control="TP-A6-02",
            holds="!variables.carried || object.spec.?automountServiceAccountToken.orValue(true) == false"
            " && object.spec.?volumes.orValue([]).all(each, each.?projected.?sources.orValue([])"
            ".all(source, !has(source.serviceAccountToken)))",
            message="what a virtual control plane carries over gets no token of the host: set"
            " automountServiceAccountToken to false and leave out projected tokens",
        ),
    ),
)

VIRTUAL_SETS: Final = AdmissionPolicy(
    name="tenantplane-virtual-sets",
    asked=(Asked("apps", ("statefulsets",), operations=("CREATE", "UPDATE", "DELETE")),),
    # The StatefulSet of a virtual control plane is the platform's, whoever may write StatefulSets.
    variables=(
        Variable(
            "its",
            f"request.operation != 'DELETE' && {_ACCOUNT.format('object')}"
            f" || request.operation != 'CREATE' && {_ACCOUNT.format('oldObject')}",
        ),
        Variable("platform", CLUSTER_WIDE),
    ),
    refusals=(
        Refusal(
            control="TP-A6-02",
            holds="!variables.its || variables.platform",
            message="the virtual control plane changes by the reviewed tenant file",
        ),
    ),
)
