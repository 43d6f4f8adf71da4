"""Types of AWS whose creation can be settled without asking AWS by anything but their id.

NAMED have an id that follows from what was asked for. It is the one that pulumi-aws documents for imports, by which
its plugin and ours read a resource of which nothing else is known. AGAIN are settings rather than things: making them
a second time is making them once.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

Inputs = Mapping[str, Any]


def _of(*names: str, between: str = "", **defaults: str) -> Callable[[Inputs], str | None]:
    """An id of these inputs, with that between them; None where one of them is not a text."""

    def made(inputs: Inputs) -> str | None:
        parts = [inputs.get(name) or defaults.get(name) for name in names]
        return between.join(map(str, parts)) if all(isinstance(each, str) for each in parts) else None

    return made


def _record(inputs: Inputs) -> str | None:
    known = _of("zoneId", "name", "type", between="_")(inputs)
    return "_".join(filter(None, (known, inputs.get("setIdentifier")))) if known else None


def _route(inputs: Inputs) -> str | None:
    destinations = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
    to = next((inputs[name] for name in destinations if isinstance(inputs.get(name), str)), None)
    return f"{inputs['routeTableId']}_{to}" if to and isinstance(inputs.get("routeTableId"), str) else None


def _rule(inputs: Inputs) -> str | None:
    """As pulumi-aws documents it: group, way, protocol, ports, and then every source."""
    sources = [*(inputs.get("cidrBlocks") or ()), *(inputs.get("ipv6CidrBlocks") or ())]
    sources += [*(inputs.get("prefixListIds") or ())]
    sources += [inputs["sourceSecurityGroupId"]] if inputs.get("sourceSecurityGroupId") else []
    sources += ["self"] if inputs.get("self") else []
    names = ("securityGroupId", "type", "protocol", "fromPort", "toPort")
    if not sources or not all(isinstance(inputs.get(name), str | int | float) for name in names):
        return None
    ports = (f"{int(inputs[name])}" for name in names[3:])
    return "_".join([*(str(inputs[name]) for name in names[:3]), *ports, *map(str, sources)])


_NAME: Final = _of("name")
_BUCKET: Final = _of("bucket")

NAMED: Final[Mapping[str, Callable[[Inputs], str | None]]] = {
    "aws:cloudwatch/eventRule:EventRule": _NAME,
    "aws:cloudwatch/eventTarget:EventTarget": _of(
        "eventBusName", "rule", "targetId", between="/", eventBusName="default"
    ),
    "aws:cloudwatch/logGroup:LogGroup": _NAME,
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": _of("logGroup", "name", between="|"),
    "aws:ec2/route:Route": _route,
    "aws:ec2/securityGroupRule:SecurityGroupRule": _rule,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _of("repository"),
    "aws:ecr/repository:Repository": _NAME,
    "aws:eks/accessEntry:AccessEntry": _of("clusterName", "principalArn", between=":"),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _of(
        "clusterName", "principalArn", "policyArn", between="#"
    ),
    "aws:eks/addon:Addon": _of("clusterName", "addonName", between=":"),
    "aws:eks/cluster:Cluster": _NAME,
    "aws:eks/nodeGroup:NodeGroup": _of("clusterName", "nodeGroupName", between=":"),
    "aws:iam/instanceProfile:InstanceProfile": _NAME,
    "aws:iam/role:Role": _NAME,
    "aws:iam/rolePolicy:RolePolicy": _of("role", "name", between=":"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _of("role", "policyArn", between="/"),
    "aws:kms/alias:Alias": _NAME,
    "aws:rds/cluster:Cluster": _of("clusterIdentifier"),
    "aws:rds/clusterInstance:ClusterInstance": _of("identifier"),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": _NAME,
    "aws:rds/subnetGroup:SubnetGroup": _NAME,
    "aws:route53/record:Record": _record,
    "aws:s3/bucket:Bucket": _BUCKET,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _BUCKET,
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _BUCKET,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _BUCKET,
    "aws:s3/bucketPolicy:BucketPolicy": _BUCKET,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _BUCKET,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _BUCKET,
    "aws:s3/bucketVersioning:BucketVersioning": _BUCKET,
    "aws:sqs/queuePolicy:QueuePolicy": _of("queueUrl"),
    "aws:wafv2/webAclAssociation:WebAclAssociation": _of("webAclArn", "resourceArn", between=","),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": _of("resourceArn"),
}
"""Id by inputs."""

AGAIN: Final = frozenset(
    {
        "aws:acm/certificateValidation:CertificateValidation",  # waits, and makes nothing
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",  # takes over what comes with the VPC
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",  # a registry has one
        "aws:secretsmanager/secretVersion:SecretVersion",  # the value once more; the version before it goes by itself
        "aws:secretsmanager/secretRotation:SecretRotation",  # a secret has one
        "aws:secretsmanager/secretPolicy:SecretPolicy",  # the same
    }
)


def named_id(type_: str, inputs: Inputs) -> str | None:
    """The id of a resource that follows from what was asked for; None where it does not."""
    known = NAMED.get(type_)
    return known(inputs) if known else None
