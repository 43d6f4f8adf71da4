"""Cases of the rules about resources of AWS, in the words of pulumi-aws."""

import json
from dataclasses import replace
from typing import Any

from settings.storage import service_key
from settings.volume import KeyRotation
from tests.unit.policies.case import EXPECTED, FINE, Case, Path

Props = dict[str, Any]
TAGS = {"tenantplane:environment": "prod", "tenantplane:managed-by": "pulumi", "tenantplane:component": "platform"}
ARN = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000"


def case(  # noqa: PLR0917
    control: str, token: str, good: Props, path: Path, bad: object, said: str, missing: str = FINE, **more: Any
) -> Case:
    module, _, name = token.partition(":")
    kind = f"aws:{module}/{name[0].lower()}{name[1:]}:{name}"
    return Case(control=control, token=kind, good=good, path=path, bad=bad, said=said, missing=missing, **more)


def document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


DATABASE = {
    "storageEncrypted": True,
    "kmsKeyId": ARN,
    "dbSubnetGroupName": "private",
    "dbClusterParameterGroupName": "tls",
    "deletionProtection": True,
    "skipFinalSnapshot": False,
    "finalSnapshotIdentifier": "last",
    "backupRetentionPeriod": 14,
    "copyTagsToSnapshot": True,
    "enabledCloudwatchLogsExports": ["postgresql"],
    "tags": TAGS,
}
INSTANCE = {**DATABASE, "multiAz": True, "parameterGroupName": "tls"}
PARAMETERS = {"family": "aurora-postgresql16", "parameters": [{"name": "rds.force_ssl", "value": "1"}], "tags": TAGS}
_KEY_SETTINGS = service_key("volumes", "prod", "111122223333", KeyRotation())
KEY = {
    "enableKeyRotation": True,
    "rotationPeriodInDays": _KEY_SETTINGS.rotation_days,
    "deletionWindowInDays": 30,
    "policy": document(
        Sid="Account", Principal={"AWS": "arn:aws:iam::111122223333:root"}, Action="kms:*", Resource="*"
    ),
    "tags": {**TAGS, **_KEY_SETTINGS.tags},
}
REPOSITORY = {
    "imageTagMutability": "IMMUTABLE",
    "imageScanningConfiguration": {"scanOnPush": True},
    "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": ARN}],
    "tags": TAGS,
}
SECRET = {"kmsKeyId": ARN, "recoveryWindowInDays": 30, "tags": TAGS}
OF_ACME = {**SECRET, "region": "eu-central-1", "tags": {**TAGS, "tenant": "acme"}}
VOLUME = {"encrypted": True, "type": "gp3", "tags": TAGS}
TEMPLATE = {
    "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1},
    "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true", "volumeType": "gp3"}}],
    "networkInterfaces": [{"associatePublicIpAddress": "false"}],
    "tags": TAGS,
}
_DISK = ("blockDeviceMappings", 0, "ebs")

DATA = (
    case("TP-A7-01", "rds:Cluster", DATABASE, (), None, "the resource is not protected", hidden=("tags",)),
    case("TP-F2-01", "rds:Cluster", DATABASE, ("storageEncrypted",), False, "storageEncrypted is not", "is not true"),
    case("TP-F2-01", "rds:Instance", INSTANCE, ("kmsKeyId",), "", "it names no key", "it names no key"),
    case("TP-F2-02", "rds:Instance", INSTANCE, ("publiclyAccessible",), True, "publiclyAccessible is true"),
    case("TP-F2-02", "rds:Cluster", DATABASE, ("dbSubnetGroupName",), "", "names no subnets", "names no subnets"),
    case("TP-F2-03", "rds:Cluster", DATABASE, ("deletionProtection",), False, "is not true", "is not true"),
    case("TP-F2-03", "rds:Cluster", DATABASE, ("skipFinalSnapshot",), True, "skipFinalSnapshot is true"),
    case("TP-F2-03", "rds:Cluster", DATABASE, ("finalSnapshotIdentifier",), "", "no final snapshot",
         "no final snapshot"),
    case("TP-F2-04", "rds:Cluster", DATABASE, ("backupRetentionPeriod",), 1, "kept for 1 days, and 7", "for None days"),
    case("TP-F2-04", "rds:Cluster", DATABASE, ("copyTagsToSnapshot",), False, "do not have its tags", "do not have"),
    case("TP-F2-05", "rds:Instance", INSTANCE, ("multiAz",), False, "multiAz is not true", "multiAz is not true"),
    case("TP-F2-06", "rds:ClusterParameterGroup", PARAMETERS, ("parameters", 0, "value"), "0", "force_ssl is not 1",
         "is not 1"),
    case("TP-F2-06", "rds:Cluster", DATABASE, ("dbClusterParameterGroupName",), "", "no parameter group",
         "no parameter"),
    case("TP-F2-07", "rds:Cluster", DATABASE, ("enabledCloudwatchLogsExports",), ["upgrade"], "lacks postgresql",
         "lacks postgresql"),
    case("TP-F4-01", "ebs:Volume", VOLUME, ("encrypted",), False, "encrypted is not true", "encrypted is not true"),
    case("TP-F4-01", "ec2:LaunchTemplate", TEMPLATE, (*_DISK, "encrypted"), "false", "'/dev/xvda' is not encrypted",
         "is not encrypted"),
    case("TP-F4-01", "ebs:EncryptionByDefault", {"enabled": True}, ("enabled",), False, "are not encrypted"),
    case("TP-F5-01", "kms:Key", KEY, ("enableKeyRotation",), False, "KMS does not turn the key", "does not turn"),
    case("TP-F5-01", "kms:Key", KEY, ("rotationPeriodInDays",), 91, "after 91 days, and 90 are allowed",
         "after 365 days"),
    case("TP-F5-02", "kms:Key", KEY, ("policy",), document(Sid="All", Principal="*", Action="kms:*", Resource="*"),
         "statement 'All' lets everybody kms:*"),
    case("TP-F5-02", "kms:Key", KEY, ("policy",), "{}", "its policy cannot be read"),
    case("TP-F5-04", "kms:Key", KEY, ("deletionWindowInDays",), 7, "gone after 7 days, and 30 are needed"),
    case("TP-F5-05", "secretsmanager:Secret", SECRET, ("kmsKeyId",), "", "it names no key", "it names no key"),
    case("TP-F5-05", "secretsmanager:Secret", SECRET, ("recoveryWindowInDays",), 0, "cannot be called back"),
    case("TP-F6-01", "secretsmanager:Secret", OF_ACME, ("region",), "us-east-1",
         "tenant 'acme' has it in us-east-1, and eu-central-1, eu-west-1 is allowed"),
    case("TP-G6-03", "ebs:Volume", VOLUME, ("type",), "gp2", "a disk is of type gp2"),
    case("TP-G6-03", "ec2:LaunchTemplate", TEMPLATE, (*_DISK, "volumeType"), "io1", "a disk is of type io1"),
    case("TP-G7-05", "ecr:Repository", REPOSITORY, ("imageTagMutability",), "MUTABLE", "is 'MUTABLE'", "is None"),
    case("TP-G7-05", "ecr:Repository", REPOSITORY, ("imageScanningConfiguration", "scanOnPush"), False, "scanOnPush",
         "scanOnPush is not true"),
    case("TP-G7-05", "ecr:Repository", REPOSITORY, ("encryptionConfigurations",), [], "not encrypted", "not encrypted"),
)  # fmt: skip

BLOCK = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)
ENCRYPTION = {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": ARN}}]}
TLS_ONLY = {
    "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}  # fmt: skip
POLICY = {"policy": json.dumps({"Statement": [TLS_ONLY]})}
_OPEN = json.dumps(
    {"Statement": [TLS_ONLY, {"Sid": "X", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:Get"}]}
)
VERSIONS = {"versioningConfiguration": {"status": "Enabled"}}
OWNER = {"rule": {"objectOwnership": "BucketOwnerEnforced"}}
LOCK = {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 180}}}
BUCKET = {"bucket": "tenantplane-prod", "tags": TAGS}
_SSE = "s3:BucketServerSideEncryptionConfiguration"
_DEFAULT = ("rules", 0, "applyServerSideEncryptionByDefault")
_RETENTION = ("rule", "defaultRetention")

BUCKETS = (
    case("TP-F4-07", "s3:BucketPublicAccessBlock", BLOCK, ("ignorePublicAcls",), False, "ignorePublicAcls",
         "is not true"),
    case("TP-F4-07", "s3:BucketPolicy", POLICY, ("policy",), _OPEN, "statement 'X' lets everybody s3:Get"),
    case("TP-F4-08", _SSE, ENCRYPTION, (*_DEFAULT, "sseAlgorithm"), "AES256", "by 'AES256', not 'aws:kms'", "by None"),
    case("TP-F4-08", _SSE, ENCRYPTION, (*_DEFAULT, "kmsMasterKeyId"), "", "it names no key", "it names no key"),
    case("TP-F4-09", "s3:BucketVersioning", VERSIONS, ("versioningConfiguration", "status"), "Suspended",
         "versioning is 'Suspended'", "versioning is None"),
    case("TP-F4-10", "s3:BucketPolicy", POLICY, ("policy",), json.dumps({"Statement": []}),
         "denies requests without TLS",
         "denies requests without TLS"),
    case("TP-F4-11", "s3:BucketOwnershipControls", OWNER, ("rule", "objectOwnership"), "ObjectWriter", "'ObjectWriter'",
         "objectOwnership is None"),
    case("TP-F4-11", "s3:Bucket", BUCKET, ("acl",), "public-read", "its ACL is 'public-read'"),
    case("TP-F4-11", "s3:BucketAcl", {"acl": "private"}, ("acl",), "private", "an ACL is made", "an ACL is made",
         always=True),
    case("TP-G5-01", "s3:BucketObjectLockConfiguration", LOCK, (*_RETENTION, "mode"), "GOVERNANCE", "mode 'GOVERNANCE'",
         "of mode None"),
    case("TP-G5-01", "s3:BucketObjectLockConfiguration", LOCK, (*_RETENTION, "days"), 30, "locked for 30 days",
         "for 0 days"),
)  # fmt: skip

CLUSTER = {
    "vpcConfig": {"endpointPrivateAccess": True, "endpointPublicAccess": False, "subnetIds": ["subnet-1"]},
    "encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": ARN}},
    "enabledClusterLogTypes": ["api", "audit", "authenticator", "controllerManager", "scheduler"],
    "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
    "tags": TAGS,
}
RIGHTS = {"policy": document(Sid="Own", Action=["s3:GetObject"], Resource="arn:aws:s3:::x/*"), "tags": TAGS}
_ISSUER = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.example/id/X"
_ASKED = {
    "StringEquals": {"oidc.eks.example/id/X:sub": "system:serviceaccount:a:b", "oidc.eks.example/id/X:aud": "sts"}
}
ROLE = {
    "assumeRolePolicy": document(Principal={"Federated": _ISSUER}, Action="sts:Assume", Condition=_ASKED),
    "tags": TAGS,
}
ADDON = {"addonName": "vpc-cni", "addonVersion": "v1.20.4-eksbuild.2",
         "configurationValues": json.dumps({"enableNetworkPolicy": "true"}), "tags": TAGS}  # fmt: skip
NODES = {"scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 1}, "tags": TAGS}
GROUP = {"ingress": [{"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}], "tags": TAGS}
_IN = ("ingress", 0, "cidrBlocks")
SUBNET = {"mapPublicIpOnLaunch": False, "tags": TAGS}

ACCOUNT = (
    case("TP-B1-03", "kms:Key", KEY, ("tags", "tenantplane:environment"), "", "'tenantplane:environment' is missing",
         "is missing"),
    case("TP-B1-03", "ec2:Subnet", SUBNET, ("tags", "tenantplane:component"), "", "tags name no owner", "no owner"),
    case("TP-C6-04", "eks:NodeGroup", NODES, ("scalingConfig", "maxSize"), None, "has no maxSize", "has no maxSize"),
    case("TP-H2-01", "eks:Cluster", CLUSTER, ("vpcConfig", "endpointPublicAccess"), True, "is not false",
         "is not false"),
    case("TP-H2-01", "eks:Cluster", CLUSTER, ("vpcConfig", "endpointPrivateAccess"), False, "is not true",
         "is not true"),
    case("TP-H2-02", "eks:Cluster", CLUSTER, ("encryptionConfig", "resources"), [], "no resources secrets",
         "no resources"),
    case("TP-H2-02", "eks:Cluster", CLUSTER, ("encryptionConfig", "provider", "keyArn"), "", "names no key", "no key"),
    case("TP-H2-03", "eks:Cluster", CLUSTER, ("enabledClusterLogTypes",), ["api", "audit", "authenticator"],
         "lacks controllerManager, scheduler", "lacks api"),
    case("TP-H2-04", "iam:Policy", RIGHTS, ("policy",), document(Sid="S", Action="s3:*", Resource="arn:aws:s3:::x"),
         "statement 'S' allows s3:*"),
    case("TP-H2-04", "iam:Policy", RIGHTS, ("policy",), document(Sid="S", Action=["s3:PutObject"], Resource="*"),
         "statement 'S' is about every resource"),
    case("TP-H2-04", "iam:RolePolicy", RIGHTS, ("policy",), document(Sid="S", NotAction="iam:*", Resource="arn:x"),
         "allows everything but a list"),
    case("TP-H2-04", "iam:RolePolicyAttachment", {"policyArn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"},
         ("policyArn",), "arn:aws:iam::aws:policy/AdministratorAccess", "it gives AdministratorAccess"),
    case("TP-H2-05", "iam:Role", ROLE, ("assumeRolePolicy",),
         document(Principal={"Federated": _ISSUER}, Action="sts:A"),
         "any account of oidc.eks.example/id/X may assume the role"),
    case("TP-H2-05", "iam:Role", ROLE, ("assumeRolePolicy",), document(Principal="*", Action="sts:A"),
         "lets everybody sts:A"),
    case("TP-H2-06", "iam:AccessKey", {"user": "x"}, ("user",), "y", "AccessKey 'it' is made", "is made", always=True),
    case("TP-H2-07", "ec2:LaunchTemplate", TEMPLATE, ("metadataOptions", "httpTokens"), "optional", "'optional'",
         "is None"),
    case("TP-H2-07", "ec2:LaunchTemplate", TEMPLATE, ("metadataOptions", "httpPutResponseHopLimit"), 2, "is 2",
         "is None"),
    case("TP-H2-08", "eks:NodeGroup", NODES, ("remoteAccess",), {"ec2SshKey": "x"}, "remoteAccess is set"),
    case("TP-H2-08", "ec2:LaunchTemplate", TEMPLATE, ("keyName",), "mine", "keyName is 'mine'"),
    case("TP-H2-09", "ec2:SecurityGroup", GROUP, _IN, ["0.0.0.0/0"], "0.0.0.0/0 may come in on port 443"),
    case("TP-H2-09", "vpc:SecurityGroupIngressRule", {"cidrIpv4": "10.0.0.0/8"}, ("cidrIpv4",), "0.0.0.0/0",
         "on port all"),
    case("TP-H2-10", "ec2:Subnet", SUBNET, ("mapPublicIpOnLaunch",), True, "gets a public address"),
    case("TP-H2-10", "ec2:LaunchTemplate", TEMPLATE, ("networkInterfaces", 0, "associatePublicIpAddress"), "true",
         "its instances get a public address"),
    case("TP-H2-11", "eks:Addon", ADDON, ("addonVersion",), "", "'vpc-cni' has no addonVersion", "has no addonVersion"),
    case("TP-H2-12", "eks:Cluster", CLUSTER, ("accessConfig", "authenticationMode"), "CONFIG_MAP", "'CONFIG_MAP'",
         "is None"),
    case("TP-H2-12", "eks:Cluster", CLUSTER, ("accessConfig", "bootstrapClusterCreatorAdminPermissions"), True,
         "is not false", "is not false"),
    case("TP-H2-13", "eks:Addon", ADDON, ("configurationValues",), "{}", "of vpc-cni is not true", "is not true",
         expected=replace(EXPECTED, addons=frozenset())),
    case("TP-H2-15", "ec2:DefaultSecurityGroup", {"tags": TAGS}, ("ingress",), [{"self": True}], "group has rules"),
)  # fmt: skip

LISTENER = {
    "protocol": "HTTPS",
    "sslPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "defaultActions": [{"type": "forward"}],
}
PLAIN = {"protocol": "HTTP", "defaultActions": [{"type": "redirect", "redirect": {"protocol": "HTTPS"}}]}
ACL = {
    "rules": [{"name": "rate", "statement": {"rateBasedStatement": {"limit": 2000}}, "action": {"block": {}}}],
    "tags": TAGS,
}
TRAIL = {"isMultiRegionTrail": True, "enableLogFileValidation": True, "kmsKeyId": ARN, "tags": TAGS}
LOGS = {"retentionInDays": 365, "kmsKeyId": ARN, "tags": TAGS}
BUDGET = {"notifications": [{"threshold": 80, "subscriberEmailAddresses": ["a@example.com"]}], "tags": TAGS}

OPERATION = (
    case("TP-B2-03", "lb:Listener", LISTENER, ("sslPolicy",), "ELBSecurityPolicy-2016-08", "sslPolicy is 'ELB",
         "is ''"),
    case("TP-B2-03", "lb:Listener", PLAIN, ("defaultActions", 0, "type"), "forward", "instead of redirected",
         "instead of redirected"),
    case("TP-B2-04", "wafv2:WebAcl", ACL, ("rules",), [], "no rate-based rule", "no rate-based rule"),
    case("TP-G5-02", "cloudtrail:Trail", TRAIL, ("isMultiRegionTrail",), False, "is not true", "is not true"),
    case("TP-G5-02", "cloudtrail:Trail", TRAIL, ("enableLogging",), False, "enableLogging is false"),
    case("TP-G5-02", "cloudtrail:Trail", TRAIL, ("kmsKeyId",), "", "it names no key", "it names no key"),
    case("TP-G5-03", "cloudwatch:LogGroup", LOGS, ("retentionInDays",), 7, "kept for 7 days, and 180", "kept for ever"),
    case("TP-G6-01", "budgets:Budget", BUDGET, ("notifications", 0, "subscriberEmailAddresses"), [], "it tells nobody",
         "it tells nobody"),
)  # fmt: skip
