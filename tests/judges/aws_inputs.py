"""What the judge of AWS is shown: an environment with every kind of resource, and mistakes for it to find (H2, I1)."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from tests.gateway.objects import whole
from tests.judges.checkov import MUTANT
from tests.unit.components.aws_environment import aws_stack
from tests.unit.components.recorder import Registered
from tests.unit.policies.recorded import open_secrets

Inputs = dict[str, Any]
_ANYTHING: Final = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
_STREAM: Final = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
_FROM_EVERYWHERE: Final = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}


def _set(**changes: Any) -> Callable[[Inputs], None]:
    return lambda made: made.update(changes)


def _within(*path: str | int, **changes: Any) -> Callable[[Inputs], None]:
    def change(made: Inputs) -> None:
        place: Any = made
        for step in path:
            place = place[step]
        place.update(changes)

    return change


def _without(name: str) -> Callable[[Inputs], object]:
    return lambda made: made.pop(name)


MUTANTS: Final[dict[str, tuple[str, Callable[[Inputs], object]]]] = {
    "CKV_AWS_7": ("aws:kms/key:Key", _set(enableKeyRotation=False)),
    "CKV_AWS_96": ("aws:rds/cluster:Cluster", _set(storageEncrypted=False)),
    "CKV_AWS_24": ("aws:ec2/securityGroup:SecurityGroup", _set(ingress=[_FROM_EVERYWHERE])),
    "CKV_AWS_27": ("aws:sqs/queue:Queue", _set(sqsManagedSseEnabled=False, kmsMasterKeyId=None)),
    "CKV_AWS_36": ("aws:cloudtrail/trail:Trail", _set(enableLogFileValidation=False)),
    "CKV_AWS_37": ("aws:eks/cluster:Cluster", _set(enabledClusterLogTypes=["api"])),
    "CKV_AWS_39": ("aws:eks/cluster:Cluster", _within("vpcConfig", endpointPublicAccess=True)),
    "CKV_AWS_51": ("aws:ecr/repository:Repository", _set(imageTagMutability="MUTABLE")),
    "CKV_AWS_53": ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", _set(blockPublicAcls=False)),
    "CKV_AWS_58": ("aws:eks/cluster:Cluster", _without("encryptionConfig")),
    "CKV_AWS_63": ("aws:iam/rolePolicy:RolePolicy", _set(policy=_ANYTHING)),
    "CKV_AWS_79": ("aws:ec2/launchTemplate:LaunchTemplate", _within("metadataOptions", httpTokens="optional")),
    "CKV_AWS_103": ("aws:lb/listener:Listener", _set(sslPolicy="ELBSecurityPolicy-2016-08")),
    "CKV_AWS_130": ("aws:ec2/subnet:Subnet", _set(mapPublicIpOnLaunch=True)),
    "CKV_AWS_136": ("aws:ecr/repository:Repository", _within("encryptionConfigurations", 0, encryptionType="AES256")),
    "CKV_AWS_139": ("aws:rds/cluster:Cluster", _set(deletionProtection=False)),
    "CKV_AWS_150": ("aws:lb/loadBalancer:LoadBalancer", _set(enableDeletionProtection=False)),
    "CKV_AWS_158": ("aws:cloudwatch/logGroup:LogGroup", _without("kmsKeyId")),
    "CKV_AWS_163": ("aws:ecr/repository:Repository", _within("imageScanningConfiguration", scanOnPush=False)),
    "CKV_AWS_192": (
        "aws:wafv2/webAcl:WebAcl",
        lambda made: made.update(rules=[each for each in made["rules"] if "KnownBadInputs" not in json.dumps(each)]),
    ),
    "CKV_AWS_240": (_STREAM, _within("serverSideEncryption", enabled=False)),
    "CKV_AWS_241": (_STREAM, _within("serverSideEncryption", keyType="AWS_OWNED_CMK")),
    "CKV_AWS_300": (
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        lambda made: [each.pop("abortIncompleteMultipartUpload", None) for each in made["rules"]],
    ),
    "CKV_AWS_21": ("aws:s3/bucket:Bucket", _set()),
    "CKV_AWS_145": ("aws:s3/bucket:Bucket", _set()),
    "CKV2_AWS_6": ("aws:s3/bucket:Bucket", _set()),
    "CKV2_AWS_12": ("aws:ec2/vpc:Vpc", _set()),
}
"""What each of these checks has to notice: a change of what was right, and of the last ones that nothing belongs to
them: no versions, no key, no block of the public, no closed default group."""


def environment() -> list[Registered]:
    """All of it, with values as people write them."""
    return [replace(each, inputs=whole(open_secrets(each.inputs))) for each in aws_stack().resources]


def mutants(made: list[Registered]) -> Iterator[Registered]:
    """One resource for each mistake, which nothing refers to and which refers to nothing."""
    for check, (token, change) in MUTANTS.items():
        right = next(each for each in made if each.type == token and _has(each, check))
        inputs = copy.deepcopy(right.inputs)
        change(inputs)
        name = mutant(check)
        yield replace(right, name=name, urn=f"{right.urn}-{name}", inputs=inputs, sources={})


def _has(each: Registered, check: str) -> bool:
    """Whether a resource is of the part that a check is about: of listeners the one that ends TLS."""
    return check != "CKV_AWS_103" or "sslPolicy" in each.inputs


def mutant(check: str) -> str:
    """Name of the resource that a check has to notice."""
    return MUTANT + check.lower().replace("_", "-")
