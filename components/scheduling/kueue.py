"""What Kueue's objects have in common here: kinds and amounts as its API wants them (D1).

A CustomResource's spec reaches the API server as it is: keys are in the API's own spelling, not in the SDK's.
"""

from collections.abc import Mapping, Sequence

from components.objects import Manifest
from settings.held import shown

API_VERSION = "kueue.x-k8s.io/v1beta2"
QUEUE = "default"
"""Name of a tenant's LocalQueue: the one that takes Jobs that name none."""
QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
PRIORITY_LABEL = "kueue.x-k8s.io/priority-class"
PREBUILT_LABEL = "kueue.x-k8s.io/prebuilt-workload-name"
CONTROLLERS = ("system:serviceaccount:kueue-system:kueue-controller-manager", "tenantplane:kueue")
"""Who Kueue's controller is: installed in the cluster by its own manifests, and beside a local control plane."""


def resource_group(
    resources: Sequence[str],
    nominal: Mapping[str, Mapping[str, int]],
    borrowing: Mapping[str, Mapping[str, int]] | None = None,
) -> Manifest:
    """A resource group: by flavor, in the order given, the amounts of each resource, in one order for all.

    nominal, borrowing: by flavor and resource, in millicores, bytes and devices; without borrowing there is no limit.
    """
    return {
        "coveredResources": list(resources),
        "flavors": [
            {
                "name": flavor,
                "resources": [
                    {
                        "name": resource,
                        "nominalQuota": shown(resource, amounts[resource]),
                        **({"borrowingLimit": shown(resource, borrowing[flavor][resource])} if borrowing else {}),
                    }
                    for resource in resources
                ],
            }
            for flavor, amounts in nominal.items()
        ],
    }
