"""Which container runtime a pod may have, by what it does (C3), which nodes (C6) and which capabilities (C4)."""

from typing import Final

from controls.admission.claim import Field, Is, OneOf, Place, Told, any_of
from controls.admission.form import AdmissionPolicy, Asked, Preview, Refusal, Variable
from controls.admission.parts import BORN_HERE, GPUS, UNSTATED, annotated

GPU_KEY: Final = "gpu"
CAPABILITIES_KEY: Final = "capabilities."
"""Keys of the parameters: RuntimeClasses for GPUs, and with a class the capabilities that it allows."""
_KIND: Final = Field("", of=Place("variables.kind", "workload"))


def _list(key: str) -> str:
    """CEL: a list that the parameters hold; empty without the key."""
    return f"params.data[?{key}].orValue('').split(',').filter(each, each != '')"


RUNTIMES: Final = AdmissionPolicy(
    name="tenantplane-runtimes",
    asked=(
        Asked("", ("pods", "replicationcontrollers")),
        Asked("apps", ("deployments", "statefulsets", "daemonsets", "replicasets")),
        Asked("batch", ("jobs", "cronjobs")),
    ),
    conditions=(
        (
            "says-something-new",
            f"{BORN_HERE} || object.metadata.?labels[?'{{{{workload_label}}}}']"
            " != oldObject.metadata.?labels[?'{{workload_label}}']",
        ),
    ),
    parameters="tenantplane-runtimes",
    variables=(
        Variable(
            "template",
            "object.kind == 'Pod' ? object"
            " : object.kind == 'CronJob' ? object.spec.jobTemplate.spec.template : object.spec.template",
        ),
        Variable("pod", "variables.template.spec"),
        Variable("kind", "variables.template.?metadata.?labels[?'{{workload_label}}'].orValue('')"),
        Variable("kinds", annotated("'{{workloads_annotation}}'")),
        Variable("class", "variables.pod.?runtimeClassName.orValue('')"),
        # A kind for which the catalogue has no runtime at all leaves the choice to the node: the list holds ''.
        Variable(
            "classes", f"params.data[?(variables.kind == '' ? '{UNSTATED}' : variables.kind)].orValue('').split(',')"
        ),
        Variable("containers", "variables.pod.containers + variables.pod.?initContainers.orValue([])"),
        Variable(
            "gpu",
            "variables.containers.exists(each, each.?resources.?limits.orValue({})"
            f".exists(resource, resource.startsWith('{GPUS}')))",
        ),
        Variable("gpuClasses", _list(f"'{GPU_KEY}'")),
        Variable("allowed", _list(f"'{CAPABILITIES_KEY}' + variables.class")),
        Variable("stated", annotated("'{{capabilities_annotation}}' + variables.kind")),
    ),
    refusals=(
        Refusal(
            control="TP-C3-02",
            holds=any_of(Is(_KIND, ""), OneOf(_KIND, more=Told("variables.kinds", "kinds"))),
            message="label {{workload_label}} names a kind of workload that the tenant's file does not list",
            reason="Invalid",
            preview=Preview(wrong="tenant {tenant!r} has no workload of kind {value!r}"),
        ),
        Refusal(
            control="TP-C3-01",
            holds="variables.class in variables.classes",
            message="the runtimeClassName is not for this kind of workload; a pod that states none by the label"
            " {{workload_label}} runs as an agent's session does, in a class such as gvisor or kata",
            reason="Invalid",
        ),
        Refusal(
            control="TP-C6-03",
            holds="variables.gpuClasses.size() == 0 || variables.gpu == (variables.class in variables.gpuClasses)",
            message="pods with GPUs, and no others, have a runtimeClassName for GPUs",
            reason="Invalid",
        ),
        # The taint keeps the dearest nodes for those that use them.
        Refusal(
            control="TP-C6-03",
            holds="variables.gpu || variables.pod.?tolerations.orValue([]).all(each, each.?key.orValue('')"
            " != '{{gpu_taint}}')",
            message="only a pod that asks for a GPU may tolerate the taint of GPU nodes",
            reason="Invalid",
        ),
        Refusal(
            control="TP-C4-02",
            holds="variables.containers.all(container, container.?securityContext.?capabilities.?add.orValue([])"
            ".all(each, each in variables.allowed && each in variables.stated))",
            message="a container has only capabilities that its workload states in the tenant's file and its runtime"
            " allows",
            reason="Invalid",
        ),
    ),
)
