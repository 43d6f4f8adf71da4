"""What the Prometheus operator's objects have in common here (G1).

A CustomResource's spec reaches the API server as it is: keys are in the API's own spelling, not in the SDK's.
"""

from collections.abc import Iterable

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.objects import Manifest, platform_metadata
from settings import names
from settings.monitoring import Relabel

API = "monitoring.coreos.com/v1"
ALPHA = "monitoring.coreos.com/v1alpha1"
NAME = "tenantplane"
"""Of Prometheus, of Alertmanager and of what is theirs, in the platform's namespace."""
OF_TENANTS: Manifest = {"matchExpressions": [names.of_tenants()]}
MANAGED: Manifest = {"matchLabels": {"app.kubernetes.io/managed-by": names.MANAGED_BY}}
"""Objects of this program. A tenant has no right to make any; this is for the day when a role grants one by mistake."""


def steps(relabelings: Iterable[Relabel]) -> list[Manifest]:
    """Relabelling as the operator's objects have it."""
    return [each.operator() for each in relabelings]


APIS = {"AlertmanagerConfig": ALPHA, "ScrapeConfig": ALPHA}
"""Version of the kinds that are not of `v1`."""


def platform_object(
    logical: str, kind: str, namespace: str, spec: Manifest, *, name: str = NAME, opts: pulumi.ResourceOptions
) -> CustomResource:
    """An object of the operator in the platform's namespace."""
    metadata = {**platform_metadata(name, "monitoring"), "namespace": namespace}
    return CustomResource(logical, api_version=APIS.get(kind, API), kind=kind, metadata=metadata, spec=spec, opts=opts)
