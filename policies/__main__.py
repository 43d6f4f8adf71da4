"""The CrossGuard pack: `pulumi preview --policy-pack policies` (I1).

One pack policy over the whole table, because the SDK decodes the properties of a resource once for each policy.
"""

import sys
from pathlib import Path

# The engine starts a pack in its own folder; the rules are imported as everywhere else.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

from policies.controls import CONTROLS
from policies.objects import KubernetesObject


def check(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Every control on one resource."""
    found = KubernetesObject.of(args.resource_type, args.props)
    if found is not None:
        for control in CONTROLS:
            for finding in control.findings(found):
                report(finding, None)


PolicyPack(
    name="tenantplane",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        ResourceValidationPolicy(
            name="kubernetes-objects",
            description="Kubernetes objects hold the controls of tenantplane.",
            validate=check,
        )
    ],
)
