"""What the API server refuses to whoever would pass by the queue (C8, D1)."""

import json
from dataclasses import dataclass

import pulumi

from components.scheduling.kueue import CONTROLLERS, PREBUILT_LABEL, PRIORITY_LABEL, QUEUE, QUEUE_LABEL
from components.security.admission_policy import admission_policy, classes
from controls.admission.queues import QUEUED_JOBS, QUEUED_PODS
from settings import Tier

JOB_POLICY = QUEUED_JOBS.name
POD_POLICY = QUEUED_PODS.name


@dataclass(frozen=True, kw_only=True)
class QueueAdmissionArgs:
    """Inputs of QueueAdmission.

    tiers: every tier of the catalogue; each names the priority class of its tenants. controllers: users that release
    Jobs; the default is Kueue's controller.
    """

    tiers: tuple[Tier, ...]
    controllers: tuple[str, ...] = CONTROLLERS


class QueueAdmission(pulumi.ComponentResource):
    """Rules that keep tenants' Jobs in their queue, once per cluster that has the addon kueue (C8, D1).

    Creates: ValidatingAdmissionPolicy `tenantplane-queued-jobs` and `tenantplane-queued-pods`, each with its
    ValidatingAdmissionPolicyBinding, for every namespace that carries the `tenant` label. A Job is suspended when it
    is made (by Kueue's webhook: without that no Job of a tenant is admitted at all) and released by Kueue alone; it
    names no queue but `default`, no queue priority but its tier's or `batch`, no other Job as its owner and no
    Workload. Where Jobs of several namespaces have a budget together, it is of class `batch`, requests what its limits
    are, and has GPUs in the tenant's first namespace alone (A6). A pod of class `batch` is made by the controller of
    Jobs alone.
    Outputs: policies (list of str), the names of the policies.
    """

    policies: list[str]

    def __init__(self, name: str, args: QueueAdmissionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:security:QueueAdmission", name, {}, opts)
        values = {
            "classes": classes(args.tiers),
            "queue": QUEUE,
            "queue_label": QUEUE_LABEL,
            "queue_priority_label": PRIORITY_LABEL,
            "prebuilt_label": PREBUILT_LABEL,
            "queue_controllers": json.dumps(list(args.controllers)),
        }
        admission_policy(self, f"{name}-jobs", QUEUED_JOBS, component="queue-admission", values=values)
        admission_policy(self, f"{name}-pods", QUEUED_PODS, component="queue-admission")
        self.policies = [JOB_POLICY, POD_POLICY]
        self.register_outputs({"policies": self.policies})
