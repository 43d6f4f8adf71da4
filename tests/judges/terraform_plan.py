"""What is registered at AWS as the plan of Terraform that a judge of Terraform reads (H2, I1).

pulumi-aws is a bridge to Terraform's provider, so that each of its types is a type there, with the same properties
under other names: words by `_`, a nested block as a list of blocks, and a list of blocks in the singular. Which
property is a block, and which a free map such as tags, says the SDK's own class. A property refers to another resource,
which the judge follows, when it comes from that one and is its id, ARN or another of its outputs.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, Final

from localcloud.aws.provider.sdk import fields, members, sdk_type
from tests.unit.components.recorder import Registered, aws_outputs

VERSION: Final = "1.9.0"
"""Version of Terraform whose plan this is written like."""
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TYPES: Final = {
    "aws:cloudtrail/trail:Trail": "aws_cloudtrail",
    "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
    "aws:rds/subnetGroup:SubnetGroup": "aws_db_subnet_group",
}
"""Types whose names do not follow from the token."""
_PLURAL: Final = frozenset({"block_device_mappings", "egress", "ingress", "redacted_fields", "tag_specifications"})
"""Lists of blocks that Terraform names as pulumi-aws does."""

Block = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class _Target:
    """Where a value comes from: the resource, its address, and which of its outputs it is."""

    urn: str
    address: str
    output: str


@dataclass(frozen=True, kw_only=True)
class _Origins:
    """Where values come from. sources: URNs that the property in hand may come from."""

    targets: Mapping[str, list[_Target]]
    sources: Set[str] = frozenset()

    def references(self, value: Any) -> Iterator[str]:
        """What a value, or one in a list, refers to, as a plan says it: the output, and the resource."""
        for each in value if isinstance(value, list) else [value]:
            for target in self.targets.get(each, []) if isinstance(each, str) else []:
                if target.urn in self.sources:
                    yield f"{target.address}.{target.output}"
                    yield target.address


def plan(made: Iterable[Registered]) -> dict[str, Any]:
    """The plan of a new environment with these resources; what is not of AWS is left out."""
    listed = [each for each in made if each.type.startswith("aws:")]
    targets: dict[str, list[_Target]] = {}
    for each in listed:
        outputs = {**each.inputs, **aws_outputs(each.type, each.name, each.inputs), "id": f"{each.name}-id"}
        for output, value in outputs.items():
            if isinstance(value, str):
                found = _Target(urn=each.urn, address=address(each), output=snake(output))
                targets.setdefault(value, []).append(found)
    resources, changes, configuration = [], [], []
    for each in listed:
        known = sdk_type(each.type).inputs
        values: Block = {}
        expressions: Block = {}
        for name, value in each.inputs.items():
            origins = _Origins(targets=targets, sources=each.sources.get(name, frozenset()))
            for whole, part in zip((values, expressions), _block({name: value}, known, origins), strict=True):
                whole.update(part)
        where = {"address": address(each), "mode": "managed", "type": type_name(each.type), "name": _name(each)}
        resources.append({**where, "provider_name": "aws", "values": values})
        changes.append({**where, "change": {"actions": ["create"], "before": None, "after": values}})
        configuration.append({**where, "provider_config_key": "aws", "expressions": expressions})
    return {
        "format_version": "1.2",
        "terraform_version": VERSION,
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": configuration}},
    }


def type_name(token: str) -> str:
    """Terraform's name of a type: aws:s3/bucketPolicy:BucketPolicy is aws_s3_bucket_policy."""
    module, _, kind = token.removeprefix("aws:").partition("/")
    service = "" if module == "ec2" else f"{module}_"
    return _TYPES.get(token) or f"aws_{service}{snake(kind.partition(':')[0])}"


def address(each: Registered) -> str:
    """Where a resource is in the plan."""
    return f"{type_name(each.type)}.{_name(each)}"


def _name(each: Registered) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", each.name)


def snake(name: str) -> str:
    """Terraform's spelling of a property."""
    return _HUMP.sub("_", name).lower()


def singular(name: str) -> str:
    """Terraform's name of a list of blocks, which pulumi-aws has in the plural."""
    if name in _PLURAL:
        return name
    for ending, one in (("ies", "y"), ("ases", "as"), ("s", "")):
        if name.endswith(ending):
            return name.removesuffix(ending) + one
    return name


def _block(value: Mapping[str, Any], known: Mapping[str, Any], origins: _Origins) -> tuple[Block, Block]:
    """Properties, and expressions in place of those that come from another resource: these have no value in a plan."""
    values: Block = {}
    expressions: Block = {}
    for name, each in value.items():
        # A document is a text, though the SDK would take an object as well.
        nested = None if isinstance(each, str) else _nested(known.get(name))
        if nested is not None:
            key = singular(snake(name)) if isinstance(each, list) else snake(name)
            parts = [_block(one, nested, origins) for one in (each if isinstance(each, list) else [each])]
            values[key] = [part for part, _ in parts]
            expressions[key] = [expression for _, expression in parts]
        elif found := list(origins.references(each)):
            expressions[snake(name)] = {"references": found}
        else:
            values[snake(name)] = each
    return values, expressions


def _nested(kind: Any) -> Mapping[str, Any] | None:
    """The properties of a block, or of the blocks in a list; None for every other type."""
    for each in members(kind):
        inner = (one for argument in getattr(each, "__args__", ()) for one in members(argument))
        for one in (each, *inner):
            if (found := fields(one)) is not None:
                return found
    return None
