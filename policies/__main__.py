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

from policies.controls import AWS_CONTROLS, CONTROLS
from policies.objects import AwsResource, KubernetesObject


def check(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Every control on one resource."""
    if (held := KubernetesObject.of(args.resource_type, args.props)) is not None:
        findings = [line for control in CONTROLS for line in control.findings(held)]
    elif (resource := AwsResource.of(args.resource_type, args.props)) is not None:
        findings = [line for control in AWS_CONTROLS for line in control.findings(resource)]
    else:
        return
    for finding in findings:
        report(finding, None)


PolicyPack(
    name="tenantplane",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        ResourceValidationPolicy(
            name="resources",
            description="Kubernetes objects and resources of AWS hold the controls of tenantplane.",
            validate=check,
        )
    ],
)
