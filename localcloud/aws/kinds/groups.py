"""Security groups, and the rules that are said with them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from localcloud.aws.kinds.ec2 import arn, ec2_kind, ec2_tags
from localcloud.aws.model import Call, Kind, Read, Scope, names

_Rule = Mapping[str, Any]
_ALL = "-1"
_SOURCES = (
    ("cidrBlocks", "IpRanges", "CidrIp"),
    ("ipv6CidrBlocks", "Ipv6Ranges", "CidrIpv6"),
    ("prefixListIds", "PrefixListIds", "PrefixListId"),
    ("securityGroups", "UserIdGroupPairs", "GroupId"),
)


def _protocol(rule: _Rule) -> str:
    protocol = str(rule.get("protocol") or rule.get("ipProtocol") or _ALL).lower()
    return _ALL if protocol in ("all", _ALL) else protocol


def permission_of(rule: _Rule, own: str) -> dict[str, Any]:
    """A rule as the API has it. own: the group's id, for `self`."""
    said = {"Description": rule["description"]} if rule.get("description") else {}
    made: dict[str, Any] = {"IpProtocol": _protocol(rule)}
    if made["IpProtocol"] != _ALL:
        made |= {"FromPort": rule.get("fromPort"), "ToPort": rule.get("toPort")}
    for name, member, key in _SOURCES:
        values = list(rule.get(name) or ())
        if name == "securityGroups":
            values += [own] if rule.get("self") else []
            values += [rule["sourceSecurityGroupId"]] if rule.get("sourceSecurityGroupId") else []
        if values:
            made[member] = [{key: value, **said} for value in values]
    return made


def atoms(permissions: Any) -> Iterator[tuple[Any, ...]]:
    """Each source of each permission by itself: the API groups them as it likes."""
    for each in permissions or ():
        ports = (None, None) if each["IpProtocol"] == _ALL else (each.get("FromPort"), each.get("ToPort"))
        for _, member, key in _SOURCES:
            for source in each.get(member) or ():
                yield (each["IpProtocol"], *ports, key, source.get(key), source.get("Description") or "")


def _rules(permissions: Any, own: str) -> list[dict[str, Any]]:
    """Permissions as inputs have rules."""
    made: dict[tuple[Any, ...], dict[str, Any]] = {}
    for protocol, low, high, key, value, said in atoms(permissions):
        rule = made.setdefault(
            (protocol, low, high, said),
            {
                "protocol": protocol,
                "fromPort": low or 0,
                "toPort": high or 0,
                **({"description": said} if said else {}),
            },
        )
        if value == own:
            rule["self"] = True
        else:
            name = next(name for name, _, member in _SOURCES if member == key)
            rule.setdefault(name, []).append(value)
    return list(made.values())


def _read_rules(name: str, member: str) -> Any:
    """The group's rules: in the program's words where they mean the same."""

    def read(scope: Scope) -> Any:
        found, own = scope["found"].get(member) or [], scope["id"]
        given = scope["in"].get(name)
        if given is None:
            return _rules(found, own) if not scope["in"] else None
        wanted = [permission_of(rule, own) for rule in given]
        return given if set(atoms(wanted)) == set(atoms(found)) else _rules(found, own)

    return read


def _given(name: str, of: str = "in") -> Any:
    return lambda scope: [permission_of(rule, scope["id"]) for rule in scope[of].get(name) or ()] or None


def _change(verb: str, way: str, of: str) -> Call:
    """Authorize or revoke all rules of one way; revoking what is gone is done already."""
    return Call(
        do=f"{verb}_security_group_{way}",
        give={"GroupId": "=id", "IpPermissions": _given(way, of)},
        when=(way,),
        only=_given(way, of),
        mends=("InvalidPermission.NotFound",) if verb == "revoke" else (),
    )


_OPEN = [{"IpProtocol": _ALL, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
_CLOSE = Call(
    do="revoke_security_group_egress",
    give={"GroupId": "=id", "IpPermissions": _OPEN},
    only=lambda scope: not scope["was"],
    mends=("InvalidPermission.NotFound",),
)
"""A new group lets everything out; as Terraform does, that is taken back at once."""

_THEN = (
    _CLOSE,
    _change("revoke", "ingress", "was"),
    _change("authorize", "ingress", "in"),
    _change("revoke", "egress", "was"),
    _change("authorize", "egress", "in"),
)
_READ = Read(
    call=Call(do="describe_security_groups", give={"GroupIds": ["=id"]}),
    found="SecurityGroups[0]",
    outputs={
        "arn": arn("ec2", "security-group/"),
        "name": "=found.GroupName",
        "ingress": _read_rules("ingress", "IpPermissions"),
        "egress": _read_rules("egress", "IpPermissionsEgress"),
    },
)


def _is_default(scope: Scope) -> Any:
    return scope["raw"]["SecurityGroups"][0]["GroupId"]


GROUP_KINDS = (
    ec2_kind(
        "aws:ec2/securityGroup:SecurityGroup",
        "security-group",
        create=Call(
            do="create_security_group",
            auto=True,
            rename={"name": "GroupName"},
            give={"Description": "=in.description || 'Managed by Pulumi'"},
        ),
        id="=raw.GroupId",
        read=_READ,
        then=_THEN,
        delete=(Call(do="delete_security_group", give={"GroupId": "=id"}),),
        replace=names("name namePrefix description vpcId"),
        defaults={"description": "Managed by Pulumi", "revokeRulesOnDelete": False},
        autoname=("name", 255),
        sets=names("ingress egress"),
        ignored={"revokeRulesOnDelete": "a wish about deletion"},
        also=names("ingress egress"),
        silent="whether any packet passes",
    ),
    Kind(
        token="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        client="ec2",
        tags=replace(ec2_tags("security-group"), create=""),  # it is there already
        create=Call(
            do="describe_security_groups",
            give={
                "Filters": [
                    {"Name": "vpc-id", "Values": ["=in.vpcId"]},
                    {"Name": "group-name", "Values": ["default"]},
                ]
            },
        ),
        id=_is_default,
        read=_READ,
        then=(
            Call(
                do="revoke_security_group_ingress",
                give={
                    "GroupId": "=id",
                    "IpPermissions": [{"IpProtocol": _ALL, "UserIdGroupPairs": [{"GroupId": "=id"}]}],
                },
                only=lambda scope: not scope["was"],
                mends=("InvalidPermission.NotFound",),
            ),
            *_THEN,
        ),
        replace=names("vpcId"),
        sets=names("ingress egress"),
        ignored={"revokeRulesOnDelete": "a wish about deletion"},
        also=names("ingress egress"),
        silent="it cannot be deleted, so that a deletion only forgets it",
    ),
)
