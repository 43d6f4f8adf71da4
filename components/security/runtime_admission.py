"""Which container runtime a pod may have, by what it does (C3), and which capabilities (C4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.objects import Manifest, in_namespace, platform_metadata
from components.security.admission_policy import (
    SAYS_SOMETHING_NEW,
    admission_policy,
    annotated,
    asked_in_tenants,
    mistake,
    rule,
    something_new,
)
from components.tenancy.namespace import CAPABILITIES_PREFIX, WORKLOADS
from components.tenancy.platform_namespace import PlatformNamespace
from settings import Runtime, names
from settings.fields import WorkloadKind
from settings.nodepool import GPU_TAINT

RUNTIME_POLICY = "tenantplane-runtimes"
PARAMETERS = "tenantplane-runtimes"
UNSTATED = "unstated"
"""Key of the runtimes for a pod that states no workload. Nobody has reviewed what runs in it, so that it is kept as an
agent's session is."""
GPU_KEY = "gpu"
CAPABILITIES_KEY = "capabilities."
GPU_RESOURCES = "nvidia.com/"
KINDS: tuple[WorkloadKind, ...] = get_args(WorkloadKind)


def parameters(runtimes: Mapping[str, Runtime]) -> dict[str, str]:
    """What the policy reads: comma-separated RuntimeClasses by kind of workload, those for GPUs, and the capabilities
    that a runtime allows."""
    by_kind = {kind: [each.id for each in runtimes.values() if kind in each.workloads] for kind in KINDS}
    return {
        **{kind: ",".join(ids) for kind, ids in by_kind.items()},
        UNSTATED: ",".join(by_kind["agent-sessions"]),
        GPU_KEY: ",".join(each.id for each in runtimes.values() if each.gpu),
        **{f"{CAPABILITIES_KEY}{each.id}": ",".join(each.capabilities) for each in runtimes.values()},
    }


def _list(key: str) -> str:
    """CEL: a list that the parameters hold; empty without the key."""
    return f"params.data[?{key}].orValue('').split(',').filter(each, each != '')"


VARIABLES: tuple[Manifest, ...] = tuple(
    {"name": name, "expression": expression}
    for name, expression in {
        "template": "object.kind == 'Pod' ? object"
        " : object.kind == 'CronJob' ? object.spec.jobTemplate.spec.template : object.spec.template",
        "pod": "variables.template.spec",
        "kind": f"variables.template.?metadata.?labels[?'{names.WORKLOAD_LABEL}'].orValue('')",
        "kinds": annotated(f"'{WORKLOADS}'"),
        "class": "variables.pod.?runtimeClassName.orValue('')",
        # A kind for which the catalogue has no runtime at all leaves the choice to the node: the list holds ''.
        "classes": f"params.data[?(variables.kind == '' ? '{UNSTATED}' : variables.kind)].orValue('').split(',')",
        "containers": "variables.pod.containers + variables.pod.?initContainers.orValue([])",
        "gpu": "variables.containers.exists(each, each.?resources.?limits.orValue({})"
        f".exists(resource, resource.startsWith('{GPU_RESOURCES}')))",
        "gpuClasses": _list(f"'{GPU_KEY}'"),
        "allowed": _list(f"'{CAPABILITIES_KEY}' + variables.class"),
        "stated": annotated(f"'{CAPABILITIES_PREFIX}' + variables.kind"),
    }.items()
)

VALIDATIONS: tuple[Manifest, ...] = (
    mistake(
        "TP-C3-02",
        "variables.kind == '' || variables.kind in variables.kinds",
        f"label {names.WORKLOAD_LABEL} names a kind of workload that the tenant's file does not list",
    ),
    mistake(
        "TP-C3-01",
        "variables.class in variables.classes",
        "the runtimeClassName is not for this kind of workload; a pod that states none by the label"
        f" {names.WORKLOAD_LABEL} runs as an agent's session does, in a class such as gvisor or kata",
    ),
    mistake(
        "TP-C6-03",
        "variables.gpuClasses.size() == 0 || variables.gpu == (variables.class in variables.gpuClasses)",
        "pods with GPUs, and no others, have a runtimeClassName for GPUs",
    ),
    # The taint keeps the dearest nodes for those that use them.
    mistake(
        "TP-C6-03",
        f"variables.gpu || variables.pod.?tolerations.orValue([]).all(each, each.?key.orValue('') != '{GPU_TAINT}')",
        "only a pod that asks for a GPU may tolerate the taint of GPU nodes",
    ),
    mistake(
        "TP-C4-02",
        "variables.containers.all(container, container.?securityContext.?capabilities.?add.orValue([])"
        ".all(each, each in variables.allowed && each in variables.stated))",
        "a container has only capabilities that its workload states in the tenant's file and its runtime allows",
    ),
)


@dataclass(frozen=True, kw_only=True)
class RuntimeAdmissionArgs:
    """Inputs of RuntimeAdmission.

    runtimes: those of the catalogue, by id. namespace: the platform's own, which holds the parameters.
    """

    runtimes: Mapping[str, Runtime]
    namespace: PlatformNamespace


class RuntimeAdmission(pulumi.ComponentResource):
    """The runtime follows from the workload, once per cluster (C3, C4, C6).

    Creates: ConfigMap `tenantplane-runtimes` in the platform's namespace with the mapping of the catalogue, and
    ValidatingAdmissionPolicy `tenantplane-runtimes` with it as its parameters, bound to every namespace that carries
    the `tenant` label. Asked about pods and about what makes pods, it refuses a RuntimeClass that is not for the kind
    of workload stated by the label `tenantplane.dev/workload`, a kind that the tenant's reviewed file does not list, a
    pod that states none and is not in a sandboxed class, a GPU outside a class for GPUs and the reverse, a toleration
    of GPU nodes without a GPU, and a capability which the workload does not state or the runtime does not allow.
    Outputs: policies (list of str), the names of the policies.
    """

    policies: list[str]

    def __init__(self, name: str, args: RuntimeAdmissionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:security:RuntimeAdmission", name, {}, opts)
        held = core.ConfigMap(
            f"{name}-parameters",
            metadata={**platform_metadata(PARAMETERS, "runtime-admission"), "namespace": args.namespace.name},
            data=parameters(args.runtimes),
            opts=in_namespace(self, args.namespace.namespace),
        )
        admission_policy(
            self,
            f"{name}-policy",
            spec(),
            policy=RUNTIME_POLICY,
            component="runtime-admission",
            parameters=(args.namespace.name, held, PARAMETERS),
        )
        self.policies = [RUNTIME_POLICY]
        self.register_outputs({"policies": self.policies})


def spec() -> Manifest:
    """Spec of the policy."""
    return {
        "param_kind": {"api_version": "v1", "kind": "ConfigMap"},
        **asked_in_tenants(
            rule("", "pods", "replicationcontrollers"),
            rule("apps", "deployments", "statefulsets", "daemonsets", "replicasets"),
            rule("batch", "jobs", "cronjobs"),
        ),
        "match_conditions": something_new(
            f"{SAYS_SOMETHING_NEW} || object.metadata.?labels[?'{names.WORKLOAD_LABEL}']"
            f" != oldObject.metadata.?labels[?'{names.WORKLOAD_LABEL}']"
        ),
        "variables": list(VARIABLES),
        "validations": list(VALIDATIONS),
    }
