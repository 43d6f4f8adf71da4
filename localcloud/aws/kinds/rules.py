"""Rules of security groups that are resources of their own."""

from typing import Any

from localcloud.aws.kinds.ec2 import arn, ec2_kind
from localcloud.aws.kinds.groups import atoms, permission_of
from localcloud.aws.model import Call, Kind, Read, Scope, names


def _rule_there(scope: Scope) -> Any:
    """The inputs of a rule resource, while every part of it is in its group."""
    group = (scope["raw"].get("SecurityGroups") or [{}])[0]
    found = group.get("IpPermissions" if scope["in"].get("type") == "ingress" else "IpPermissionsEgress")
    wanted = set(atoms([permission_of(scope["in"], scope["in"].get("securityGroupId", ""))]))
    return scope["in"] if wanted and wanted <= set(atoms(found)) else None


def _rule_calls(verb: str) -> tuple[Call, ...]:
    return tuple(
        Call(
            do=f"{verb}_security_group_{way}",
            give={
                "GroupId": "=in.securityGroupId",
                "IpPermissions": lambda scope: [permission_of(scope["in"], scope["in"]["securityGroupId"])],
            },
            only=f"=in.type == '{way}'",
        )
        for way in ("ingress", "egress")
    )


def _single(way: str) -> Kind:
    """aws:vpc/securityGroup(In|E)gressRule: one source each, with an id of AWS."""
    sources = {"cidrIpv4": "IpRanges", "cidrIpv6": "Ipv6Ranges", "prefixListId": "PrefixListIds"}
    keys = {"cidrIpv4": "CidrIp", "cidrIpv6": "CidrIpv6", "prefixListId": "PrefixListId"}

    def permission(scope: Scope) -> Any:
        given = scope["in"]
        made = permission_of({key: given.get(key) for key in ("ipProtocol", "fromPort", "toPort")}, "")
        said = {"Description": given["description"]} if given.get("description") else {}
        for name, member in sources.items():
            if given.get(name):
                made[member] = [{keys[name]: given[name], **said}]
        if given.get("referencedSecurityGroupId"):
            made["UserIdGroupPairs"] = [{"GroupId": given["referencedSecurityGroupId"], **said}]
        return [made]

    title = "Ingress" if way == "ingress" else "Egress"
    return ec2_kind(
        f"aws:vpc/securityGroup{title}Rule:SecurityGroup{title}Rule",
        "security-group-rule",
        create=Call(
            do=f"authorize_security_group_{way}",
            give={"GroupId": "=in.securityGroupId", "IpPermissions": permission},
        ),
        id="=raw.SecurityGroupRules[0].SecurityGroupRuleId",
        read=Read(
            call=Call(do="describe_security_group_rules", give={"SecurityGroupRuleIds": ["=id"]}),
            found="SecurityGroupRules[0]",
            outputs={
                "arn": arn("ec2", "security-group-rule/"),
                "securityGroupRuleId": "=id",
                "securityGroupId": "=found.GroupId",
                "referencedSecurityGroupId": "=found.ReferencedGroupInfo.GroupId",
                "fromPort": "=in.fromPort",
                "toPort": "=in.toPort",
            },
        ),
        delete=(
            Call(
                do=f"revoke_security_group_{way}",
                give={"GroupId": "=in.securityGroupId", "SecurityGroupRuleIds": ["=id"]},
            ),
        ),
        replace=names(
            "securityGroupId ipProtocol fromPort toPort cidrIpv4 cidrIpv6 prefixListId referencedSecurityGroupId "
            "description"
        ),
        also=names("ipProtocol fromPort toPort cidrIpv4 cidrIpv6 prefixListId referencedSecurityGroupId description"),
        silent="a changed rule is a new one here, which on AWS is changed in place",
    )


RULE_KINDS = (
    Kind(
        token="aws:ec2/securityGroupRule:SecurityGroupRule",
        client="ec2",
        create=Call(do="describe_security_groups", give={"GroupIds": ["=in.securityGroupId"]}),
        then=_rule_calls("authorize"),
        id="=join('-', ['sgrule', in.securityGroupId, in.type, to_string(in.fromPort), to_string(in.toPort), name])",
        read=Read(
            call=Call(do="describe_security_groups", give={"GroupIds": ["=in.securityGroupId"]}),
            found=_rule_there,
            auto=False,
        ),
        delete=_rule_calls("revoke"),
        replace=names(
            "type securityGroupId protocol fromPort toPort cidrBlocks ipv6CidrBlocks prefixListIds self "
            "sourceSecurityGroupId description"
        ),
        also=names(
            "type protocol fromPort toPort cidrBlocks ipv6CidrBlocks prefixListIds self sourceSecurityGroupId "
            "description"
        ),
        silent="a rule cannot be imported",
    ),
    _single("ingress"),
    _single("egress"),
)
