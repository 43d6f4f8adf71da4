"""Agent sandboxes of a tenant: warm, hardened, used once (C4, C5)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.autoscaling import v2 as autoscaling
from pulumi_kubernetes.core import v1 as core

from components.objects import PATCH_FORCE, Manifest, compute, in_namespace, running_in_namespace, tenant_metadata
from components.scheduling.placement import placement
from components.security.hardened_pod import hardened_pod
from components.tenancy.access import WORKLOAD_ACCOUNT
from settings import ResolvedSandboxes, TenantPlan, names
from settings.monitoring.scaling import CLAIMS
from settings.ports import SERVICE_PORT

API_VERSION = "extensions.agents.x-k8s.io/v1beta1"
NAME = "sandboxes"
"""Name of the template and of the pool that claims refer to; a tenant has one of each."""
SCALER_NAME = "sandboxes.pool"
"""Name of the autoscaler. No workload has a dot in its name, so none of their autoscalers can have this one."""
IDLE = "tenantplane.dev/idle-seconds"
LIFETIME = "tenantplane.dev/lifetime-seconds"
"""Annotations of the pool, for whoever serves sessions: how far ahead to set a claim's shutdownTime when it is made and
while the sandbox is used, and how far from the claim's creation it may ever be. SandboxAdmission refuses more, and the
controller deletes a claim whose time has come: a sandbox that nobody uses for so long is gone."""
CLAIMS_PER_WARM = "100m"
"""Claims a second that one warm sandbox stands for: it is replaced within 10 s, a number of ours."""


@dataclass(frozen=True, kw_only=True)
class AgentSandboxesArgs:
    """Inputs of AgentSandboxes.

    plan: the tenant. sandboxes: those of the plan: image by digest, how many are kept warm, requests, limits, runtime,
    node pools. namespace: where they run. prerequisites: cluster-wide objects that the pods name and that the same
    stack makes; empty where another stack has made them.
    """

    plan: TenantPlan
    sandboxes: ResolvedSandboxes
    namespace: core.Namespace
    prerequisites: tuple[pulumi.Resource, ...] = ()


class AgentSandboxes(pulumi.ComponentResource):
    """The sandboxes in which one tenant's agents run code that nobody has read (C3-C6).

    Creates: SandboxTemplate `sandboxes` (hardened to `restricted`, in the plan's runtime and node pools, at the tier's
    priority; it listens on 8080, the port that the tenant's network opens, and is ready once it does; nobody's claim
    can add variables or volumes; the tenant's own default deny takes the place of the controller's network policy),
    SandboxWarmPool `sandboxes` (replaces its sandboxes at once when the spec of their pods changes, so that none of an
    old image is handed out) and, where the plan lets the pool grow and the tenant is active, HorizontalPodAutoscaler
    `sandboxes.pool`.
    A sandbox is claimed once and ends with its claim; the pool is filled up with a fresh one. The end of a claim is a
    lease: the pool's annotation `tenantplane.dev/idle-seconds` says how far ahead whoever serves the session sets the
    claim's shutdownTime, and sets it anew while the session is used, up to `tenantplane.dev/lifetime-seconds` from the
    claim's creation. Whether a session is used is for who serves it to say: one that renews without need pays for its
    sandbox until the lifetime is over.
    The autoscaler keeps one sandbox warm for each tenth of a claim a second. It reads the external metric
    `agent_sandbox_claim_creation_per_second`, which MetricsAdapter serves where the cluster has it. Without that metric
    the pool stays at its least. The pool names no number of replicas while the autoscaler sets it. One that keeps none
    warm has no autoscaler, which could not start from zero. Suspended or leaving, a tenant has no autoscaler and an
    empty pool (A7).
    Outputs: pool (str), the name of the warm pool.
    """

    pool: str

    def __init__(self, name: str, args: AgentSandboxesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:sandbox:AgentSandboxes", name, {}, opts)
        scaled = args.plan.active and 0 < args.sandboxes.warm < args.sandboxes.max_warm
        template = CustomResource(
            f"{name}-template",
            api_version=API_VERSION,
            kind="SandboxTemplate",
            metadata=_metadata(args),
            spec=_template(args),
            opts=in_namespace(self, args.namespace),
        )
        pool = CustomResource(
            f"{name}-pool",
            api_version=API_VERSION,
            kind="SandboxWarmPool",
            metadata={**_metadata(args), "annotations": _annotations(args)},
            spec={
                "sandboxTemplateRef": {"name": NAME},
                "updateStrategy": {"type": "Recreate"},
                **({} if scaled else {"replicas": args.sandboxes.warm if args.plan.active else 0}),
            },
            opts=running_in_namespace(self, args.namespace, template, *args.prerequisites),
        )
        if scaled:
            autoscaling.HorizontalPodAutoscaler(
                f"{name}-autoscaler",
                metadata=_metadata(args, SCALER_NAME),
                spec=autoscaler(args.plan.namespace, args.sandboxes),
                opts=in_namespace(self, args.namespace, pool),
            )
        self.pool = NAME
        self.register_outputs({"pool": self.pool})


def _metadata(args: AgentSandboxesArgs, name: str = NAME) -> Manifest:
    return {**tenant_metadata(args.plan, name), "labels": args.sandboxes.labels}


def _annotations(args: AgentSandboxesArgs) -> dict[str, str]:
    times = {IDLE: str(args.sandboxes.idle_s), LIFETIME: str(args.sandboxes.lifetime_s)}
    return times if args.plan.active else {**times, **PATCH_FORCE}


def _template(args: AgentSandboxesArgs) -> Manifest:
    return {
        "podTemplate": {
            "metadata": {"labels": args.sandboxes.labels},
            # A type of the SDK, which it writes in the words of the API; it leaves plain dicts of a custom resource be.
            "spec": core.PodSpecArgs(**_pod(args.plan, args.sandboxes)),
        },
        "networkPolicyManagement": "Unmanaged",
        "envVarsInjectionPolicy": "Disallowed",
        "volumeClaimTemplatesPolicy": "Disallowed",
        "service": False,
    }


def _pod(plan: TenantPlan, sandboxes: ResolvedSandboxes) -> Manifest:
    container = {
        "name": names.SANDBOX,
        "image": sandboxes.image,
        "image_pull_policy": "Always",
        "ports": [{"name": "http", "container_port": SERVICE_PORT, "protocol": "TCP"}],
        "resources": {"requests": compute(sandboxes.requests), "limits": compute(sandboxes.limits)},
        "readiness_probe": {"tcp_socket": {"port": "http"}, "period_seconds": 1},
    }
    return {
        **hardened_pod(
            service_account=WORKLOAD_ACCOUNT,
            priority_class=plan.tier.priority_class,
            placement=placement(
                plan,
                sandboxes.node_selector,
                sandboxes.tolerations,
                # The label their network goes by, and so in the spec as well: warm sandboxes are replaced when their
                # spec changes, and not for a change of labels.
                pods_like={names.SANDBOX_LABEL: "true"},
            ),
            containers=[container],
        ),
        "runtime_class_name": sandboxes.runtime.id,
        # What an agent has left behind is not started again: its sandbox is over, and so is the claim.
        "restart_policy": "Never",
        "termination_grace_period_seconds": 5,
    }


def autoscaler(namespace: str, sandboxes: ResolvedSandboxes) -> Manifest:
    """Spec of the HorizontalPodAutoscaler: a warm sandbox for each tenth of a claim a second, within the plan's
    bounds."""
    return {
        "scale_target_ref": {"api_version": API_VERSION, "kind": "SandboxWarmPool", "name": NAME},
        "min_replicas": sandboxes.warm,
        "max_replicas": sandboxes.max_warm,
        "metrics": [
            {
                "type": "External",
                "external": {
                    "metric": {
                        "name": CLAIMS.name,
                        # The pools of all tenants have one name.
                        "selector": {"match_labels": {"namespace": namespace, "warmpool_name": NAME}},
                    },
                    "target": {"type": "AverageValue", "average_value": CLAIMS_PER_WARM},
                },
            }
        ],
    }
