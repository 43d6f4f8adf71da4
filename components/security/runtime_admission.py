"""Which container runtime a pod may have, by what it does (C3), and which capabilities (C4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.objects import in_namespace, platform_metadata
from components.security.admission_policy import admission_policy
from components.tenancy.platform_namespace import PlatformNamespace
from controls.admission.parts import UNSTATED
from controls.admission.runtimes import CAPABILITIES_KEY, GPU_KEY, RUNTIMES
from settings import Runtime
from settings.fields import WorkloadKind

RUNTIME_POLICY = RUNTIMES.name
PARAMETERS = RUNTIMES.parameters
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
            RUNTIMES,
            component="runtime-admission",
            parameters=(args.namespace.name, held),
        )
        self.policies = [RUNTIME_POLICY]
        self.register_outputs({"policies": self.policies})
