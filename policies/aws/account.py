"""Rules about rights, clusters, networks and operation of an account (B2, C6, G5, G6, H2)."""

import json
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Final

from policies.aws.document import allows, listed, open_to_all, principals, statements
from policies.aws.keys import names_a_key
from policies.expected import Expected, known
from policies.objects import AwsResource
from policies.rule import Stack, Wrong, rule, stack_rule
from settings import names

LOG_DAYS: Final = 180
_LOGS: Final = frozenset({"api", "audit", "authenticator", "controllerManager", "scheduler"})
_WORLD: Final = {4: 8, 6: 16}
"""Shortest prefix of a range that is not the world, or a half of it, by version of IP."""
_EDGE_PORTS: Final = (80, 443)
_TAGGED: Final = (
    *("s3:Bucket", "ebs:Volume", "ecr:Repository", "secretsmanager:Secret", "kms:Key", "iam:Role", "iam:Policy"),
    *("rds:Cluster", "rds:Instance", "rds:ClusterInstance", "rds:SubnetGroup", "rds:ClusterParameterGroup"),
    *("eks:Cluster", "eks:NodeGroup", "eks:Addon", "ec2:Vpc", "ec2:Subnet", "ec2:SecurityGroup", "ec2:NatGateway"),
    *("ec2:Eip", "ec2:VpcEndpoint", "ec2:LaunchTemplate", "ec2:FlowLog", "ec2:InternetGateway", "ec2:RouteTable"),
    *("cloudtrail:Trail", "cloudwatch:LogGroup", "lb:LoadBalancer", "lb:TargetGroup", "wafv2:WebAcl"),
    *("route53:Zone", "route53:HealthCheck", "sns:Topic", "budgets:Budget"),
)
"""Types that take tags; others of the same services take none."""
_TAGS: Final = ("tenantplane:environment", "tenantplane:managed-by")
_OWNER: Final = (names.TENANT_LABEL, "tenantplane:component")


def tags_are_complete(found: AwsResource, _: Expected) -> Iterator[str]:
    """Environment, manager, and whose it is: a tenant's or a component's (B1)."""
    tags = found.tags
    for key in _TAGS:
        if not tags.get(key):
            yield f"tag {key!r} is missing"
    if not any(tags.get(key) for key in _OWNER):
        yield f"tags name no owner: {' or '.join(_OWNER)}"


def rights_are_named(found: AwsResource, _: Expected) -> Iterator[str]:
    """No wildcard over services, none over everything (H2)."""
    documents = [found.at("policy"), *(each.get("policy") for each in found.every("inlinePolicies"))]
    for document in documents:
        try:
            told = [each for each in statements(document) if allows(each)]
        except ValueError as error:
            yield f"its policy cannot be read: {error}"
            continue
        for each in told:
            sid = each.get("Sid", "")
            if "NotAction" in each or "NotResource" in each:
                yield f"statement {sid!r} allows everything but a list"
            for action in listed(each.get("Action")):
                if action == "*" or action.endswith(":*"):
                    yield f"statement {sid!r} allows {action}"
            everything = any(map(_everything, listed(each.get("Resource"))))
            if everything and not each.get("Condition") and not _asks_only(each):
                yield f"statement {sid!r} is about every resource"
    for arn in [found.at("policyArn"), *found.every("managedPolicyArns")]:
        if str(arn).endswith(("/AdministratorAccess", "/PowerUserAccess")):
            yield f"it gives {str(arn).rpartition('/')[2]}"


def _everything(resource: str) -> bool:
    """Whether it is every resource, or every one of a service: `*`, `arn:aws:s3:::*`, `arn:aws:s3:::*/*`."""
    return not resource.split(":", 5)[-1].strip("*/:")


_READS: Final = ("Describe", "List", "Get")
_CONTENT: Final = ("dynamodb", "kinesis", "kms", "lambda", "s3", "secretsmanager", "sqs", "ssm", "sts")
"""Services whose Get hands out what they keep, and not what is known about it."""


def _asks_only(statement: object) -> bool:
    """Whether a statement only lets somebody look at what there is: most such actions know no resource."""
    for each in listed(statement.get("Action")):  # type: ignore[attr-defined]
        service, _, action = each.partition(":")
        if not action.startswith(_READS) or (action.startswith("Get") and service in _CONTENT):
            return False
    return True


def roles_are_for_somebody(found: AwsResource, _: Expected) -> Iterator[str]:
    """Trust names its principal, and of a cluster's tokens the audience and the account (H2)."""
    document = found.at("assumeRolePolicy")
    yield from open_to_all(document)
    for each in statements(document) if document else ():
        issuers = [one for one in principals(each) if ":oidc-provider/" in one]
        asked = json.dumps(each.get("Condition") or {})
        if issuers and allows(each) and not (":sub" in asked and ":aud" in asked):
            yield f"any account of {issuers[0].rpartition('oidc-provider/')[2]} may assume the role"


def no_lasting_keys(found: AwsResource, _: Expected) -> Iterator[str]:
    """IAM users and access keys (H2, I5)."""
    yield f"{found.kind} {found.name!r} is made"


def endpoints_are_private(found: AwsResource, _: Expected) -> Iterator[str]:
    """vpcConfig of a cluster (H2)."""
    if found.at("vpcConfig", "endpointPublicAccess") is not False:
        yield "endpointPublicAccess is not false"
    if found.at("vpcConfig", "endpointPrivateAccess") is not True:
        yield "endpointPrivateAccess is not true"


def cluster_secrets_are_encrypted(found: AwsResource, _: Expected) -> Iterator[str]:
    """encryptionConfig (H2, F5)."""
    if "secrets" not in (found.at("encryptionConfig", "resources") or []):
        yield "encryptionConfig has no resources secrets"
    elif not names_a_key(found, "encryptionConfig", "provider", "keyArn"):
        yield "encryptionConfig names no key"


def clusters_log(found: AwsResource, _: Expected) -> Iterator[str]:
    """enabledClusterLogTypes (H2, G5)."""
    if missing := sorted(_LOGS - set(found.every("enabledClusterLogTypes"))):
        yield f"enabledClusterLogTypes lacks {', '.join(missing)}"


def entries_alone_open(found: AwsResource, _: Expected) -> Iterator[str]:
    """accessConfig (H2)."""
    mode = found.at("accessConfig", "authenticationMode")
    if mode != "API":
        yield f"authenticationMode is {mode!r}"
    if found.at("accessConfig", "bootstrapClusterCreatorAdminPermissions") is not False:
        yield "bootstrapClusterCreatorAdminPermissions is not false"


def addons_are_pinned(found: AwsResource, _: Expected) -> Iterator[str]:
    """addonVersion (H2)."""
    if not found.at("addonVersion"):
        yield f"add-on {found.at('addonName')!r} has no addonVersion"


def policies_are_enforced(found: AwsResource, expected: Expected) -> Iterator[str]:
    """The VPC CNI enforces NetworkPolicies when it is told to; Calico does, where a cluster has it (H2, E1)."""
    if found.at("addonName") != "vpc-cni" or "guard-rails" in known(expected.addons, "whether there is Calico"):
        return
    settings = json.loads(found.at("configurationValues") or "{}")
    if str(settings.get("enableNetworkPolicy")).lower() != "true":
        yield "enableNetworkPolicy of vpc-cni is not true"


def nodes_keep_their_credentials(found: AwsResource, _: Expected) -> Iterator[str]:
    """metadataOptions (H2, E2)."""
    if found.at("metadataOptions", "httpTokens") != "required":
        yield f"httpTokens is {found.at('metadataOptions', 'httpTokens')!r}"
    if found.at("metadataOptions", "httpPutResponseHopLimit") != 1:
        yield f"httpPutResponseHopLimit is {found.at('metadataOptions', 'httpPutResponseHopLimit')}"


def nobody_logs_in(found: AwsResource, _: Expected) -> Iterator[str]:
    """remoteAccess, keyName (H2)."""
    if found.at("remoteAccess"):
        yield "remoteAccess is set"
    if found.at("keyName"):
        yield f"keyName is {found.at('keyName')!r}"


def groups_are_bounded(found: AwsResource, _: Expected) -> Iterator[str]:
    """scalingConfig (C6)."""
    if not found.at("scalingConfig", "maxSize"):
        yield "scalingConfig has no maxSize"


def the_world_is_out(found: AwsResource, _: Expected) -> Iterator[str]:
    """Ranges of firewalls (H2, E2). The edge's own group is known by its tag."""
    edge = found.tags.get("tenantplane:component") == "edge"
    rules = found.every("ingress") if found.kind == "ec2:SecurityGroup" else [found.props]
    if found.kind == "ec2:SecurityGroupRule" and found.at("type") != "ingress":
        return
    for each in rules:
        ranges = [
            *(each.get("cidrBlocks") or []),
            *(each.get("ipv6CidrBlocks") or []),
            each.get("cidrIpv4"),
            each.get("cidrIpv6"),
        ]
        for world in filter(_is_world, ranges):
            ports = each.get("fromPort"), each.get("toPort")
            if not (edge and ports[0] == ports[1] and ports[0] in _EDGE_PORTS):
                shown = "-".join("all" if one is None else f"{one:g}" for one in dict.fromkeys(ports))
                yield f"{world} may come in on port {shown}"


def _is_world(text: str | None) -> bool:
    if not text:
        return False
    block = ip_network(text, strict=False)
    return block.prefixlen < _WORLD[block.version]


def addresses_are_private(found: AwsResource, _: Expected) -> Iterator[str]:
    """Public addresses of subnets, instances and launch templates (H2). Public subnets are for load balancers alone."""
    if found.at("mapPublicIpOnLaunch") or found.at("associatePublicIpAddress"):
        yield "what starts in it gets a public address"
    for each in found.every("networkInterfaces"):
        if str(each.get("associatePublicIpAddress")).lower() == "true":
            yield "its instances get a public address"


def default_group_is_closed(found: AwsResource, _: Expected) -> Iterator[str]:
    """H2."""
    if found.every("ingress") or found.every("egress"):
        yield "the default security group has rules"


def networks_keep_records(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """A FlowLog for every Vpc (H2, G5)."""
    for each in stack.aws("ec2:Vpc"):
        if not any(each.urn in log.depends for log in stack.aws("ec2:FlowLog")):
            yield Wrong(f"Vpc {each.name!r} has no FlowLog", each)


def clusters_span_zones(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """Two instances of every database cluster (F2)."""
    for each in stack.aws("rds:Cluster"):
        count = sum(each.urn in one.depends for one in stack.aws("rds:ClusterInstance"))
        if count < 2:
            yield Wrong(f"database cluster {each.name!r} has {count} instances, and 2 are needed", each)


def secrets_are_turned(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """A SecretRotation of 90 days at most for every secret (F5)."""
    for each in stack.aws("secretsmanager:Secret"):
        held = [one for one in stack.aws("secretsmanager:SecretRotation") if each.urn in one.depends]
        days = [one.at("rotationRules", "automaticallyAfterDays") for one in held]
        if not any(one is not None and one <= 90 for one in days):
            yield Wrong(f"secret {each.name!r} is not turned every 90 days", each)


ACCOUNT = (
    rule("TP-B1-03", _TAGGED, tags_are_complete),
    rule("TP-C6-04", ("eks:NodeGroup",), groups_are_bounded),
    rule("TP-H2-01", ("eks:Cluster",), endpoints_are_private),
    rule("TP-H2-02", ("eks:Cluster",), cluster_secrets_are_encrypted),
    rule("TP-H2-03", ("eks:Cluster",), clusters_log),
    rule("TP-H2-04", ("iam:Policy", "iam:RolePolicy", "iam:Role", "iam:RolePolicyAttachment"), rights_are_named),
    rule("TP-H2-05", ("iam:Role",), roles_are_for_somebody),
    rule("TP-H2-06", ("iam:User", "iam:AccessKey", "iam:UserLoginProfile"), no_lasting_keys),
    rule("TP-H2-07", ("ec2:LaunchTemplate", "ec2:Instance"), nodes_keep_their_credentials),
    rule("TP-H2-08", ("eks:NodeGroup", "ec2:LaunchTemplate", "ec2:Instance"), nobody_logs_in),
    rule("TP-H2-09", ("ec2:SecurityGroup", "ec2:SecurityGroupRule", "vpc:SecurityGroupIngressRule"), the_world_is_out),
    rule("TP-H2-10", ("ec2:Subnet", "ec2:Instance", "ec2:LaunchTemplate"), addresses_are_private),
    rule("TP-H2-11", ("eks:Addon",), addons_are_pinned),
    rule("TP-H2-12", ("eks:Cluster",), entries_alone_open),
    rule("TP-H2-13", ("eks:Addon",), policies_are_enforced),
    rule("TP-H2-15", ("ec2:DefaultSecurityGroup",), default_group_is_closed),
)
ACCOUNT_TOGETHER = (
    stack_rule("TP-F2-05", clusters_span_zones),
    stack_rule("TP-F5-05", secrets_are_turned),
    stack_rule("TP-H2-14", networks_keep_records),
)
