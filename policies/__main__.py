"""The CrossGuard pack: `pulumi preview --policy-pack policies` (I1).

Three pack policies over the tables of rules, because the SDK decodes the properties of a resource once for each
policy. What a rule may say, and what becomes of it, is in policies/verdict.py.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

# The engine starts a pack in its own folder; the rules are imported as everywhere else.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pulumi
from pulumi.runtime.config import CONFIG
from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

if TYPE_CHECKING:
    from policies.session import Session

ROOT = Path(__file__).resolve().parent.parent


def begun() -> "Session":
    """The rules, and what the catalogue says of the stack."""
    from policies.session import session  # noqa: PLC0415
    from settings.dates import today  # noqa: PLC0415
    from settings.policy import RECORD_VARIABLE  # noqa: PLC0415

    folder = os.environ.get(RECORD_VARIABLE)
    record = Path(folder) / f"{pulumi.get_stack()}.jsonl" if folder else None
    return session(ROOT, CONFIG.get(), today(os.environ, datetime.now(UTC)), record)


# The engine waits for a pack before it starts the program, which then takes longer to come to its first resource than
# this takes: imports and the catalogue cost the preview no time. The SDK keeps its
# settings in the context.
beginning = ThreadPoolExecutor(max_workers=1).submit(copy_context().run, begun)


def check(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Every rule about one resource, before it is made."""
    held = beginning.result()
    resource = held.found(
        args.resource_type,
        args.props,
        name=args.name,
        urn=args.urn,
        protect=args.opts.protect,
        provider=args.provider.props if args.provider is not None else {},
    )
    for each in held.resource(resource):
        if each.refused:
            report(str(each), None)


def check_stack(args: StackValidationArgs, report: ReportViolation) -> None:
    """Every rule about the stack as a whole."""
    held = beginning.result()
    whole = [
        held.found(
            each.resource_type,
            each.props,
            name=each.name,
            urn=each.urn,
            protect=each.opts.protect,
            depends=frozenset(one.urn for one in chain(each.dependencies, *each.property_dependencies.values())),
        )
        for each in args.resources
    ]
    for verdict in held.stack(whole):
        if verdict.refused:
            report(str(verdict), verdict.result.urn or None)


def tell(_: StackValidationArgs, report: ReportViolation) -> None:
    """What is advised, excepted, or could not be evaluated."""
    for each in beginning.result().notes():
        report(str(each), each.result.urn or None)


PolicyPack(
    name="tenantplane",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        ResourceValidationPolicy(
            name="resources",
            description="Kubernetes objects and resources of AWS hold the controls of tenantplane.",
            validate=check,
        ),
        StackValidationPolicy(
            name="stack",
            description="The stack as a whole holds the controls of tenantplane.",
            validate=check_stack,
        ),
        StackValidationPolicy(
            name="notes",
            description="Advice, exceptions, and rules that could not be evaluated.",
            validate=tell,
            enforcement_level=EnforcementLevel.ADVISORY,
        ),
    ],
)
