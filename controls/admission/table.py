"""All policies at admission, by name, and which of them enforce a control."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from controls.admission.form import AdmissionPolicy
from controls.admission.gateway import GATEWAY_KINDS, TENANT_ROUTES
from controls.admission.held import AUTOSCALERS, BINDINGS, QUOTAS, VOLUME_CLAIMS
from controls.admission.objects import PLATFORM_OBJECTS, SERVICES, TENANT_OBJECTS
from controls.admission.pods import TENANT_PODS
from controls.admission.queues import QUEUED_JOBS, QUEUED_PODS
from controls.admission.rooted import ROOTED_PODS
from controls.admission.runtimes import RUNTIMES
from controls.admission.sandboxes import SANDBOX_CLAIMS
from controls.admission.virtual import VIRTUAL_PODS, VIRTUAL_SETS

PREFIX: Final = "tenantplane-"
"""Beginning of the name of every policy of ours."""
_ALL = (
    TENANT_PODS, SERVICES, TENANT_OBJECTS, PLATFORM_OBJECTS, BINDINGS, VOLUME_CLAIMS, AUTOSCALERS, ROOTED_PODS,
    RUNTIMES, QUOTAS, QUEUED_JOBS, QUEUED_PODS, SANDBOX_CLAIMS, VIRTUAL_PODS, VIRTUAL_SETS, TENANT_ROUTES,
    GATEWAY_KINDS,
)  # fmt: skip

POLICIES: Final[Mapping[str, AdmissionPolicy]] = MappingProxyType({each.name: each for each in _ALL})
"""Every policy, by name."""
if len(POLICIES) < len(_ALL) or not all(name.startswith(PREFIX) for name in POLICIES):
    raise ValueError(f"policies have names of their own, which begin with {PREFIX}")


def enforcing(control_id: str) -> tuple[str, ...]:
    """Names of the policies with a rule of a control."""
    return tuple(each.name for each in _ALL if control_id in each.controls)
