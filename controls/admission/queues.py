"""What the API server refuses to whoever would pass by the queue (C8, D1)."""

from typing import Final

from controls.admission.form import AdmissionPolicy, Asked, Refusal, Variable
from controls.admission.parts import CLASSES, GPUS, TIER

JOB_CONTROLLER: Final = "system:serviceaccount:kube-system:job-controller"

QUEUED_JOBS: Final = AdmissionPolicy(
    name="tenantplane-queued-jobs",
    asked=(Asked("batch", ("jobs",)),),
    variables=(
        TIER,
        CLASSES,
        Variable("labels", "object.metadata.?labels.orValue({})"),
        Variable("pod", "object.spec.template.spec"),
        Variable("containers", "variables.pod.containers + variables.pod.?initContainers.orValue([])"),
        # What the queue has been asked for; nothing of it changes when a Job is released, or goes back.
        Variable(
            "asks",
            "request.operation == 'CREATE'"
            " || object.spec.template.spec.containers != oldObject.spec.template.spec.containers",
        ),
        # Labels of the namespace, which tenants cannot write.
        Variable("shared", "namespaceObject.metadata.labels[?'{{jobs_label}}'].orValue('') == 'shared'"),
        Variable("home", "!('{{child_label}}' in namespaceObject.metadata.labels)"),
        Variable("waits", "object.spec.?suspend.orValue(false)"),
        Variable(
            "released",
            "request.operation == 'UPDATE' && (!oldObject.spec.?suspend.orValue(false)"
            " || request.userInfo.username in {{queue_controllers}})",
        ),
    ),
    # Kueue's webhook runs before the rules and has suspended a new Job and given it a queue.
    refusals=(
        # Kueue would suspend it again, a moment and some pods later.
        Refusal(
            control="TP-D1-02",
            holds="variables.waits || variables.released",
            message="a tenant's Job waits in its queue and is released by it: leave spec.suspend alone",
        ),
        Refusal(
            control="TP-D1-02",
            holds="variables.labels[?'{{queue_label}}'].orValue('{{queue}}') == '{{queue}}'",
            message="a tenant's Job waits in queue '{{queue}}'",
        ),
        Refusal(
            control="TP-D1-02",
            holds="variables.labels[?'{{queue_priority_label}}'].orValue('') in ([''] + variables.classes)",
            message="a tenant's Job may have the queue priority of its tier or '{{batch_class}}'",
        ),
        # Kueue takes a Job that belongs to a queued one for a part of it, and lets it run uncounted.
        Refusal(
            control="TP-D1-02",
            holds="object.metadata.?ownerReferences.orValue([]).all(each, each.kind == 'CronJob')",
            message="a tenant's Job belongs to a CronJob or to nothing",
        ),
        Refusal(
            control="TP-D1-02",
            holds="!('{{prebuilt_label}}' in variables.labels)",
            message="a tenant's Job may not stand in for another workload of the queue",
        ),
        # The queue alone knows the sum over a tenant's namespaces, and it counts requests; a ResourceQuota takes what
        # is of this class for counted there (A6).
        Refusal(
            control="TP-D1-02",
            holds="!variables.shared || !variables.asks"
            " || variables.pod.?priorityClassName.orValue('') == '{{batch_class}}'",
            message="Jobs of several namespaces share a budget: set priorityClassName to '{{batch_class}}'",
        ),
        Refusal(
            control="TP-D1-02",
            holds="!variables.shared || !variables.asks || variables.containers.all(each, ['cpu', 'memory'].all(amount,"
            " amount in each.?resources.?limits.orValue({})"
            " && quantity(each.?resources.?requests[?amount].orValue(each.resources.limits[amount]))"
            ".compareTo(quantity(each.resources.limits[amount])) == 0))",
            message="Jobs of several namespaces share a budget: each container names limits of cpu and memory, and"
            " requests the same or none",
        ),
        Refusal(
            control="TP-D1-02",
            holds="variables.home || !variables.asks || variables.containers.all(each,"
            f" each.?resources.?limits.orValue({{}}).all(resource, !resource.startsWith('{GPUS}')))",
            message="a Job with GPUs runs in the tenant's first namespace, which has them",
        ),
    ),
)

QUEUED_PODS: Final = AdmissionPolicy(
    name="tenantplane-queued-pods",
    asked=(Asked("", ("pods",), operations=("CREATE",)),),
    refusals=(
        # Only Jobs are queued. Whatever else has this class would use what the queue lends, without having asked it.
        Refusal(
            control="TP-D1-02",
            holds="object.spec.?priorityClassName.orValue('') != '{{batch_class}}'"
            f" || request.userInfo.username == '{JOB_CONTROLLER}'",
            message="priority class '{{batch_class}}' is for pods of Jobs, which are queued",
        ),
    ),
)
