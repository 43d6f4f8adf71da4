"""What holds of everything at AWS: tags, protection, names, no more rights than named (B1, A7, F5, H2)."""

import importlib
import inspect
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from localcloud.aws.provider.check import problems
from settings.approval import Offboarding
from tests.unit.components import golden_names
from tests.unit.components.aws_environment import aws_stack, environment, rendered
from tests.unit.components.recorder import Recording, Registered

HOLDS_DATA = {
    "aws:cloudtrail/trail:Trail",
    "aws:ecr/repository:Repository",
    "aws:eks/cluster:Cluster",
    "aws:kms/key:Key",
    "aws:rds/cluster:Cluster",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
}
NO_RESOURCES = {
    "autoscaling": ("Describe",),
    "ec2": ("Describe",),
    "ecr": ("GetAuthorizationToken",),
    "elasticloadbalancing": ("Describe",),
    "pricing": ("GetProducts",),
}
"""Actions that AWS has no resource-level permission for, by service (Service Authorization Reference); those that are
used are asked of its machine-readable form in tests/storage."""


def of_aws(made: Recording) -> list[Registered]:
    return [each for each in made.resources if each.type.startswith("aws:")]


def takes_tags(token: str) -> bool:
    """Whether the SDK's class of a type has tags."""
    _, module, kind = token.split(":")
    made = getattr(importlib.import_module(f"pulumi_aws.{module.partition('/')[0]}"), kind)
    return "tags" in inspect.signature(made._internal_init).parameters


def owner(each: Registered) -> str | None:
    """The tenant whose part of the account a resource is in."""
    return next((name for name in environment().tenants if each.name.startswith(name)), None)


def test_everything_says_whose_it_is() -> None:
    seen = 0
    for each in of_aws(aws_stack()):
        if not takes_tags(each.type):
            continue
        tags, seen = each.inputs.get("tags") or {}, seen + 1
        if each.name == "account":  # the account's budget is of nobody in it
            continue
        assert tags.get("tenantplane:managed-by") == "pulumi", each.urn
        assert tags.get("tenantplane:environment") == "local", each.urn
        assert tags.get("tenant") == owner(each), each.urn
    assert seen > 150
    own = {owner(each) for each in of_aws(aws_stack())}
    assert own == {None, *environment().tenants}


def test_what_a_cluster_has_names_the_cluster() -> None:
    for each in of_aws(aws_stack()):
        if each.name.startswith("local") and takes_tags(each.type):
            assert each.inputs["tags"]["tenantplane:cluster"] == "local", each.urn


def test_what_holds_data_is_protected_with_all_that_guards_it() -> None:
    """A destroy that is refused goes on with what is not: a bucket must not stay behind without its policy."""
    held = [each for each in of_aws(aws_stack()) if each.type in HOLDS_DATA]
    assert {each.type for each in held} == HOLDS_DATA
    guards = [each for each in of_aws(aws_stack()) if each.type.startswith(("aws:s3/", "aws:rds/", "aws:kms/"))]
    assert len(guards) > 60
    assert [each.urn for each in (*held, *guards) if not each.protect] == []


def test_an_approved_offboarding_alone_ends_the_protection_of_a_tenant_s_data() -> None:
    """A7: and even then a final snapshot is left, and nobody else's data are less protected."""
    local = environment().catalogue
    approval = Offboarding.model_validate(
        {"approved_by": "lead@example.com", "final_snapshot": "snap-1", "reason": "The contract has ended"}
    )
    tenants = tuple(
        each.model_copy(update={"lifecycle": "offboarding", "offboarding": approval})
        if each.id == "acme-robotics"
        else each
        for each in local.tenants
    )
    made = rendered(environment(catalogue=replace(local, tenants=tenants)))
    for each in of_aws(made):
        if each.type in HOLDS_DATA:
            assert each.protect is (owner(each) != "acme-robotics"), each.urn
    (server,) = (each for each in made.of("aws:rds/cluster:Cluster") if owner(each) == "acme-robotics")
    assert server.inputs["deletionProtection"] is False
    assert server.inputs["skipFinalSnapshot"] is False
    assert server.inputs["finalSnapshotIdentifier"] == "tp-local-t-acme-robotics-final"


def test_no_two_things_have_one_name_at_aws() -> None:
    seen: set[tuple[str, str, str]] = set()
    for each in of_aws(aws_stack()):
        for field in ("name", "bucket", "clusterIdentifier", "identifier", "nodeGroupName"):
            name = each.inputs.get(field)
            if isinstance(name, str) and each.type.endswith((":Role", ":Bucket", ":Cluster", ":LogGroup", ":Queue")):
                assert (each.type, field, name) not in seen, each.urn
                seen.add((each.type, field, name))
    assert len(seen) > 20


def test_type_tokens_and_logical_names_are_those_of_the_golden_file() -> None:
    hint = "a rename replaces what it names: add an alias, then `python -m tests.unit.components.golden_names`"
    assert golden_names.names(aws_stack()) == json.loads(golden_names.AWS_FILE.read_text()), hint


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Statements of every role's own policy."""
    for each in aws_stack().of("aws:iam/rolePolicy:RolePolicy"):
        for statement in json.loads(each.inputs["policy"])["Statement"]:
            yield each.name, statement


def listed(said: str | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else said


def test_every_right_names_its_action_and_its_resource() -> None:
    """No `*` in an action; as a resource only where AWS knows no finer one."""
    seen = 0
    for name, statement in documents():
        for action in listed(statement["Action"]):
            seen += 1
            assert "*" not in action, f"{name}: {action}"
            service, _, verb = action.partition(":")
            if "*" in listed(statement["Resource"]):
                assert verb.startswith(NO_RESOURCES.get(service, ("?",))), f"{name}: {action} on everything"
    assert seen > 60


@pytest.mark.parametrize("token", ["aws:iam/role:Role", "aws:kms/key:Key", "aws:s3/bucketPolicy:BucketPolicy"])
def test_no_account_but_our_own_is_let_in(token: str) -> None:
    """Roles are trusted to services under a condition, and nobody is let in by a principal of any account."""
    found = aws_stack().of(token)
    assert found
    for each in found:
        said = json.loads(each.inputs.get("assumeRolePolicy") or each.inputs["policy"])
        for statement in said["Statement"]:
            if statement["Effect"] != "Allow":
                continue
            principal = statement["Principal"]
            assert principal not in ("*", {"AWS": "*"}), each.urn
            if "Service" in principal and principal["Service"] != "ec2.amazonaws.com":
                assert statement.get("Condition"), f"{each.urn}: any account's {principal['Service']}"
            if "AWS" in principal:
                assert ":111122223333:" in principal["AWS"], each.urn


def test_every_property_is_one_that_the_sdk_has_in_the_type_that_it_has() -> None:
    """Dictionaries are typed by nobody else before a provider reads them."""
    found = [
        f"{each.urn}: {path} {what}"
        for each in of_aws(aws_stack())
        for path, what in problems(each.type, whole(each.inputs))
    ]
    assert found == []
    (zone,) = aws_stack().of("aws:route53/zone:Zone")
    assert list(problems(zone.type, {**zone.inputs, "nmae": "x"})), "the check sees a mistake"


def whole(said: Any) -> Any:
    """Numbers without a fraction as whole ones: on the wire there is one kind of number."""
    if isinstance(said, dict):
        return {key: whole(each) for key, each in said.items()}
    if isinstance(said, list):
        return [whole(each) for each in said]
    return int(said) if isinstance(said, float) and said.is_integer() else said
