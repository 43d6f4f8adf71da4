"""What the API server refuses to whoever would pass by the queue (C8, D1)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.objects import Manifest
from components.scheduling.kueue import CONTROLLERS, PREBUILT_LABEL, PRIORITY_LABEL, QUEUE, QUEUE_LABEL
from components.scheduling.priority_classes import TENANT_SELF_SERVICE
from components.security.admission_policy import admission_policy, asked_in_tenants, class_variables, rule, validation
from settings import Tier, names

JOB_POLICY = "tenantplane-queued-jobs"
POD_POLICY = "tenantplane-queued-pods"
JOB_CONTROLLER = "system:serviceaccount:kube-system:job-controller"


def job_variables(tiers: tuple[Tier, ...], controllers: Sequence[str]) -> Manifest:
    """Named expressions of the policy: the tier's priority classes, the Job's labels, and whether the queue asks."""
    return [
        *class_variables(tiers),
        {"name": "labels", "expression": "object.metadata.?labels.orValue({})"},
        {"name": "pod", "expression": "object.spec.template.spec"},
        {"name": "containers", "expression": "variables.pod.containers + variables.pod.?initContainers.orValue([])"},
        # What the queue has been asked for; nothing of it changes when a Job is released, or goes back.
        {
            "name": "asks",
            "expression": "request.operation == 'CREATE'"
            " || object.spec.template.spec.containers != oldObject.spec.template.spec.containers",
        },
        {"name": "shared", "expression": _labelled(names.JOBS_LABEL, "shared")},
        {"name": "home", "expression": f"!('{names.CHILD_LABEL}' in namespaceObject.metadata.labels)"},
        {"name": "waits", "expression": "object.spec.?suspend.orValue(false)"},
        {
            "name": "released",
            "expression": "request.operation == 'UPDATE' && (!oldObject.spec.?suspend.orValue(false)"
            f" || request.userInfo.username in {json.dumps(list(controllers))})",
        },
    ]


def _labelled(key: str, value: str) -> str:
    """CEL: whether the namespace has a label, which tenants cannot write."""
    return f"namespaceObject.metadata.labels[?'{key}'].orValue('') == '{value}'"


def job_validations() -> Manifest:
    """The rules for Jobs. Kueue's webhook runs before them and has suspended a new Job and given it a queue."""
    return [
        # Kueue would suspend it again, a moment and some pods later.
        validation(
            "TP-D1-02",
            "variables.waits || variables.released",
            "a tenant's Job waits in its queue and is released by it: leave spec.suspend alone",
        ),
        validation(
            "TP-D1-02",
            f"variables.labels[?'{QUEUE_LABEL}'].orValue('{QUEUE}') == '{QUEUE}'",
            f"a tenant's Job waits in queue {QUEUE!r}",
        ),
        validation(
            "TP-D1-02",
            f"variables.labels[?'{PRIORITY_LABEL}'].orValue('') in ([''] + variables.classes)",
            f"a tenant's Job may have the queue priority of its tier or {TENANT_SELF_SERVICE!r}",
        ),
        # Kueue takes a Job that belongs to a queued one for a part of it, and lets it run uncounted.
        validation(
            "TP-D1-02",
            "object.metadata.?ownerReferences.orValue([]).all(each, each.kind == 'CronJob')",
            "a tenant's Job belongs to a CronJob or to nothing",
        ),
        validation(
            "TP-D1-02",
            f"!('{PREBUILT_LABEL}' in variables.labels)",
            "a tenant's Job may not stand in for another workload of the queue",
        ),
        # The queue alone knows the sum over a tenant's namespaces, and it counts requests; a ResourceQuota takes what
        # is of this class for counted there (A6).
        validation(
            "TP-D1-02",
            "!variables.shared || !variables.asks"
            f" || variables.pod.?priorityClassName.orValue('') == '{TENANT_SELF_SERVICE}'",
            f"Jobs of several namespaces share a budget: set priorityClassName to {TENANT_SELF_SERVICE!r}",
        ),
        validation(
            "TP-D1-02",
            "!variables.shared || !variables.asks || variables.containers.all(each, ['cpu', 'memory'].all(amount,"
            " amount in each.?resources.?limits.orValue({})"
            " && quantity(each.?resources.?requests[?amount].orValue(each.resources.limits[amount]))"
            ".compareTo(quantity(each.resources.limits[amount])) == 0))",
            "Jobs of several namespaces share a budget: each container names limits of cpu and memory, and requests"
            " the same or none",
        ),
        validation(
            "TP-D1-02",
            "variables.home || !variables.asks || variables.containers.all(each,"
            " each.?resources.?limits.orValue({}).all(resource, !resource.startsWith('nvidia.com/')))",
            "a Job with GPUs runs in the tenant's first namespace, which has them",
        ),
    ]


def pod_validations() -> Manifest:
    """The rules for pods."""
    return [
        # Only Jobs are queued. Whatever else has this class would use what the queue lends, without having asked it.
        validation(
            "TP-D1-02",
            f"object.spec.?priorityClassName.orValue('') != '{TENANT_SELF_SERVICE}'"
            f" || request.userInfo.username == '{JOB_CONTROLLER}'",
            f"priority class {TENANT_SELF_SERVICE!r} is for pods of Jobs, which are queued",
        ),
    ]


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
        jobs = {"variables": job_variables(args.tiers, args.controllers), "validations": job_validations()}
        self._policy(f"{name}-jobs", JOB_POLICY, rule("batch", "jobs"), jobs)
        pods = {**rule("", "pods"), "operations": ["CREATE"]}
        self._policy(f"{name}-pods", POD_POLICY, pods, {"validations": pod_validations()})
        self.policies = [JOB_POLICY, POD_POLICY]
        self.register_outputs({"policies": self.policies})

    def _policy(self, name: str, policy: str, asked: Manifest, spec: Manifest) -> None:
        whole = {**asked_in_tenants(asked), **spec}
        admission_policy(self, name, whole, policy=policy, component="queue-admission")
