"""How Kueue runs beside a local control plane (D1, D7): its configuration file and its webhooks."""

from collections.abc import Mapping
from typing import Any

from localcloud.controlplane.addons.webhooks import Webhooks
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.ports import HOST
from settings import names

OF_TENANTS = {"matchExpressions": [names.of_tenants()]}
"""Namespaces whose Jobs are queued. Jobs of the platform are not, and run when Kueue does not."""

WEBHOOKS = Webhooks(
    file="webhooks.yaml",
    port="kueue-webhook",
    namespace="kueue-system",
    service="kueue-webhook-service",
    secret="kueue-webhook-server-cert",  # noqa: S106  its name
    # Of the integrations only Jobs are on. Those for pods and Deployments would have every pod of the cluster wait for
    # an answer that is always yes.
    kept=("mjob.kb.io", "vjob.kb.io", "*.kueue.x-k8s.io"),
    of_namespaces={"mjob.kb.io": OF_TENANTS, "vjob.kb.io": OF_TENANTS},
    probe="/validate-kueue-x-k8s-io-v1beta2-resourceflavor",
)


def configuration(layout: Layout, ports: Mapping[str, int]) -> dict[str, Any]:
    """The Configuration of the controller.

    Jobs are queued whether they name a queue or not. Pods, Deployments and sandboxes are not: what serves or waits to
    be claimed must start at once or not at all, and the tenant's ResourceQuota bounds it.
    """
    return {
        "apiVersion": "config.kueue.x-k8s.io/v1beta2",
        "kind": "Configuration",
        "namespace": WEBHOOKS.namespace,
        "webhook": {"host": HOST, "port": ports[WEBHOOKS.port], "certDir": str(WEBHOOKS.certificates(layout))},
        "health": {"healthProbeBindAddress": "0"},
        "metrics": {"bindAddress": "0"},
        "leaderElection": {"leaderElect": False},
        # Switched off, 0.15.0 reads a certificate for its metrics from a fixed path under /etc and ends without it,
        # even where it serves none. Switched on, it finds ours in its Secret and leaves them as they are.
        "internalCertManagement": {
            "enable": True,
            "webhookServiceName": WEBHOOKS.service,
            "webhookSecretName": WEBHOOKS.secret,
        },
        "clientConnection": {"qps": 200, "burst": 400},
        "manageJobsWithoutQueueName": True,
        "managedJobsNamespaceSelector": OF_TENANTS,
        "integrations": {"frameworks": ["batch/job"]},
        # Scratch space is bounded by the ResourceQuota alone, and a queue admits nothing that asks for what it does not
        # count; the LimitRange has every container ask for some.
        "resources": {"excludeResourcePrefixes": ["ephemeral-storage"]},
        # A Job of many pods starts with all of them or goes back to the queue: when a pod cannot be made, because the
        # ResourceQuota has been used up by services meanwhile, the ones that were made give their room back.
        "waitForPodsReady": {
            "timeout": "5m",
            "recoveryTimeout": "5m",
            "requeuingStrategy": {"timestamp": "Creation", "backoffBaseSeconds": 10, "backoffMaxSeconds": 600},
        },
        "fairSharing": {"preemptionStrategies": ["LessThanOrEqualToFinalShare", "LessThanInitialShare"]},
        "featureGates": {"TopologyAwareScheduling": True, "LocalQueueDefaulting": True, "VisibilityOnDemand": False},
    }
