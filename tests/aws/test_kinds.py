"""Every type of the table: made, read, imported, unchanged when nothing changed, changed in place, removed (H1)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from localcloud.aws import AwsService
from localcloud.aws.kinds import KINDS
from localcloud.aws.provider.coverage import carried
from localcloud.aws.provider.sdk import sdk_type
from tests.aws.plugin import Plugin, Refused, Resource, changes

pytestmark = pytest.mark.xdist_group("aws")  # names that are taken once

REGION = "eu-central-1"
Inputs = dict[str, Any]


def kind_name(kind: Any) -> str:
    """Such as UPDATE_REPLACE."""
    return str(provider_pb2.PropertyDiff.Kind.Name(kind))


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


TRUST = policy(Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole")
READS = policy(Action="s3:GetObject", Resource="*")


@dataclass
class World:
    """What examples refer to, made when first asked for."""

    plugin: Plugin
    made: dict[str, Resource] = field(default_factory=dict)

    def get(self, name: str) -> Resource:
        """A resource of BASE by its name."""
        if name not in self.made:
            token, inputs = BASE[name]
            self.made[name] = self.plugin.create(f"aws:{token}", **self.filled(inputs))
        return self.made[name]

    def filled(self, value: Any) -> Any:
        """A value with references such as "<vpc>", an id, or "<role.arn>", an output, resolved."""
        if isinstance(value, dict):
            return {key: self.filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.filled(each) for each in value]
        if isinstance(value, str) and value.startswith("<"):
            name, _, output = value[1:-1].partition(".")
            found = self.get(name)
            return found[output] if output else found.id
        return value


BASE: dict[str, tuple[str, Inputs]] = {
    "vpc": ("ec2/vpc:Vpc", {"cidrBlock": "10.60.0.0/16"}),
    "a": (
        "ec2/subnet:Subnet",
        {"vpcId": "<vpc>", "cidrBlock": "10.60.0.0/24", "availabilityZone": "eu-central-1a"},
    ),
    "b": (
        "ec2/subnet:Subnet",
        {"vpcId": "<vpc>", "cidrBlock": "10.60.1.0/24", "availabilityZone": "eu-central-1b"},
    ),
    "table": ("ec2/routeTable:RouteTable", {"vpcId": "<vpc>"}),
    "gateway": ("ec2/internetGateway:InternetGateway", {"vpcId": "<vpc>"}),
    "address": ("ec2/eip:Eip", {"domain": "vpc"}),
    "group": ("ec2/securityGroup:SecurityGroup", {"name": "base", "vpcId": "<vpc>"}),
    "role": ("iam/role:Role", {"name": "base", "assumeRolePolicy": TRUST}),
    "policy": ("iam/policy:Policy", {"name": "base", "policy": READS}),
    "key": ("kms/key:Key", {"description": "base"}),
    "bucket": ("s3/bucket:Bucket", {"bucket": "base-of-tests", "objectLockEnabled": True, "forceDestroy": True}),
    "plain": ("s3/bucket:Bucket", {"bucket": "plain-of-tests"}),
    "versions": (
        "s3/bucketVersioning:BucketVersioning",
        {"bucket": "<bucket>", "versioningConfiguration": {"status": "Enabled"}},
    ),
    "logs": ("cloudwatch/logGroup:LogGroup", {"name": "aws-waf-logs-base"}),
    "stream": (
        "kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        {
            "name": "base",
            "destination": "extended_s3",
            "extendedS3Configuration": {"roleArn": "<role.arn>", "bucketArn": "<bucket.arn>"},
        },
    ),
    "queue": ("sqs/queue:Queue", {"name": "base"}),
    "rule": ("cloudwatch/eventRule:EventRule", {"name": "base", "eventPattern": '{"source": ["aws.ec2"]}'}),
    "repository": ("ecr/repository:Repository", {"name": "base/images"}),
    "secret": ("secretsmanager/secret:Secret", {"name": "base", "recoveryWindowInDays": 0}),
    "zone": ("route53/zone:Zone", {"name": "base.example"}),
    "check": ("route53/healthCheck:HealthCheck", {"type": "TCP", "ipAddress": "192.0.2.1", "port": 443}),
    "balancer": ("lb/loadBalancer:LoadBalancer", {"name": "base", "subnets": ["<a>", "<b>"]}),
    "targets": (
        "lb/targetGroup:TargetGroup",
        {"name": "base", "port": 443, "protocol": "HTTPS", "vpcId": "<vpc>", "targetType": "ip"},
    ),
    "listener": (
        "lb/listener:Listener",
        {
            "loadBalancerArn": "<balancer>",
            "port": 80,
            "protocol": "HTTP",
            "defaultActions": [{"type": "forward", "targetGroupArn": "<targets>"}],
        },
    ),
    "acl": (
        "wafv2/webAcl:WebAcl",
        {
            "name": "base",
            "scope": "REGIONAL",
            "defaultAction": {"allow": {}},
            "visibilityConfig": {
                "cloudwatchMetricsEnabled": True,
                "metricName": "base",
                "sampledRequestsEnabled": False,
            },
        },
    ),
    "certificate": ("acm/certificate:Certificate", {"domainName": "base.example", "validationMethod": "DNS"}),
}


@dataclass(frozen=True)
class Example:
    """inputs: to make one. change: inputs that an update in place changes. imports: whether it can be imported.
    stays: whether AWS has no way to remove it.
    """

    token: str
    inputs: Inputs
    change: Inputs = field(default_factory=dict)
    imports: bool = True
    stays: bool = False


LOWERCASE = [{"priority": 0, "type": "LOWERCASE"}]
TAGS = {"tags": {"team": "a", "env": "test"}}
RETAGGED = {"tags": {"team": "b"}}
EXAMPLES = (
    Example("ec2/vpc:Vpc", {"cidrBlock": "10.61.0.0/16", **TAGS}, {"enableDnsHostnames": True, **RETAGGED}),
    Example(
        "ec2/subnet:Subnet",
        {"vpcId": "<vpc>", "cidrBlock": "10.60.9.0/24", **TAGS},
        {"mapPublicIpOnLaunch": True, **RETAGGED},
    ),
    Example("ec2/internetGateway:InternetGateway", {**TAGS}, RETAGGED),
    Example("ec2/eip:Eip", {"domain": "vpc", **TAGS}, RETAGGED),
    Example("ec2/natGateway:NatGateway", {"subnetId": "<a>", "allocationId": "<address>", **TAGS}, RETAGGED),
    Example("ec2/routeTable:RouteTable", {"vpcId": "<vpc>", **TAGS}, RETAGGED),
    Example(
        "ec2/route:Route",
        {"routeTableId": "<table>", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "<gateway>"},
    ),
    Example("ec2/routeTableAssociation:RouteTableAssociation", {"routeTableId": "<table>", "subnetId": "<a>"}),
    Example(
        "ec2/vpcEndpoint:VpcEndpoint",
        {
            "vpcId": "<vpc>",
            "serviceName": "com.amazonaws.eu-central-1.ecr.api",
            "vpcEndpointType": "Interface",
            "privateDnsEnabled": True,
            "subnetIds": ["<a>"],
            "securityGroupIds": ["<group>"],
            "policy": policy(Principal="*", Action="*", Resource="*"),
            **TAGS,
        },
        {"policy": policy(Principal="*", Action="ecr:*", Resource="*"), **RETAGGED},
        imports=False,
    ),
    Example(
        "ec2/flowLog:FlowLog",
        {
            "vpcId": "<vpc>",
            "trafficType": "ALL",
            "logDestination": "<logs.arn>",
            "logDestinationType": "cloud-watch-logs",
            "iamRoleArn": "<role.arn>",
            "maxAggregationInterval": 60,
            **TAGS,
        },
        RETAGGED,
        imports=False,
    ),
    Example(
        "ec2/securityGroup:SecurityGroup",
        {
            "name": "example",
            "vpcId": "<vpc>",
            "ingress": [
                {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"], "description": "TLS"},
                {"protocol": "tcp", "fromPort": 80, "toPort": 80, "securityGroups": ["<group>"], "self": True},
            ],
            "egress": [],
            **TAGS,
        },
        {"egress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}], **RETAGGED},
        imports=False,
    ),
    Example(
        "ec2/defaultSecurityGroup:DefaultSecurityGroup",
        {"vpcId": "<vpc>", "ingress": [], "egress": [], **TAGS},
        imports=False,
        stays=True,
    ),
    Example(
        "ec2/securityGroupRule:SecurityGroupRule",
        {
            "type": "ingress",
            "securityGroupId": "<group>",
            "protocol": "tcp",
            "fromPort": 22,
            "toPort": 22,
            "cidrBlocks": ["10.1.0.0/16"],
            "description": "one",
        },
        imports=False,
    ),
    Example(
        "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        {"securityGroupId": "<group>", "ipProtocol": "tcp", "fromPort": 8, "toPort": 9, "cidrIpv4": "10.2.0.0/16"},
        imports=False,
    ),
    Example(
        "vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        {"securityGroupId": "<group>", "ipProtocol": "tcp", "fromPort": 8, "toPort": 9, "cidrIpv4": "10.2.0.0/16"},
        imports=False,
    ),
    Example(
        "ec2/launchTemplate:LaunchTemplate",
        {
            "name": "example",
            "imageId": "ami-0123456789abcdef0",
            "userData": "IyEvYmluL3NoCg==",
            "vpcSecurityGroupIds": ["<group>"],
            "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1},
            "blockDeviceMappings": [
                {"deviceName": "/dev/xvda", "ebs": {"volumeSize": 100, "volumeType": "gp3", "encrypted": "true"}}
            ],
            "updateDefaultVersion": True,
            **TAGS,
        },
        {"userData": "IyEvYmluL2Jhc2gK"},
        imports=False,
    ),
    Example(
        "iam/role:Role",
        {"name": "example", "assumeRolePolicy": TRUST, "description": "one", **TAGS},
        {"description": "two", "maxSessionDuration": 7200, **RETAGGED},
    ),
    Example(
        "iam/rolePolicy:RolePolicy",
        {"role": "<role>", "name": "own", "policy": READS},
        {"policy": policy(Action="s3:PutObject", Resource="*")},
    ),
    Example("iam/rolePolicyAttachment:RolePolicyAttachment", {"role": "<role>", "policyArn": "<policy.arn>"}),
    Example(
        "iam/policy:Policy",
        {"name": "example", "policy": READS, **TAGS},
        {"policy": policy(Action="s3:PutObject", Resource="*"), **RETAGGED},
    ),
    Example("iam/instanceProfile:InstanceProfile", {"name": "example", "role": "<role>", **TAGS}, RETAGGED),
    Example(
        "iam/openIdConnectProvider:OpenIdConnectProvider",
        {"url": "https://oidc.example/id/1", "clientIdLists": ["sts.amazonaws.com"], "thumbprintLists": ["a" * 40]},
        {"thumbprintLists": ["b" * 40]},
        imports=False,
    ),
    Example(
        "kms/key:Key",
        {"description": "one", "enableKeyRotation": True, "deletionWindowInDays": 7, **TAGS},
        {"description": "two", "enableKeyRotation": False, **RETAGGED},
        imports=False,
    ),
    Example("kms/alias:Alias", {"name": "alias/example", "targetKeyId": "<key>"}),
    Example(
        "s3/bucket:Bucket",
        {"bucket": "example-of-tests", "objectLockEnabled": True, "forceDestroy": True, **TAGS},
        RETAGGED,
        imports=False,
    ),
    Example(
        "s3/bucketVersioning:BucketVersioning",
        {"bucket": "<plain>", "versioningConfiguration": {"status": "Enabled"}},
        stays=True,  # versioning can be suspended only
    ),
    Example(
        "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        {
            "bucket": "<bucket>",
            "rules": [
                {
                    "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "<key.arn>"},
                    "bucketKeyEnabled": True,
                }
            ],
        },
        {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
    ),
    Example(
        "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        {"bucket": "<bucket>", "blockPublicAcls": True, "blockPublicPolicy": True},
        {"ignorePublicAcls": True},
    ),
    Example(
        "s3/bucketPolicy:BucketPolicy",
        {"bucket": "<bucket>", "policy": policy(Principal="*", Action="s3:GetObject", Resource="arn:aws:s3:::b/*")},
        {"policy": policy(Principal="*", Action="s3:PutObject", Resource="arn:aws:s3:::b/*")},
    ),
    Example(
        "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        {"bucket": "<versions>", "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 30}}},
        {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 40}}},
        stays=True,  # object lock cannot be taken from a bucket
    ),
    Example(
        "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        {
            "bucket": "<bucket>",
            "rules": [
                {
                    "id": "old",
                    "status": "Enabled",
                    "filter": {"prefix": "a/"},
                    "expiration": {"days": 400},
                    "noncurrentVersionExpiration": {"noncurrentDays": 30},
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                }
            ],
        },
        {"rules": [{"id": "old", "status": "Enabled", "filter": {"prefix": "a/"}, "expiration": {"days": 500}}]},
    ),
    Example(
        "s3/bucketOwnershipControls:BucketOwnershipControls",
        {"bucket": "<bucket>", "rule": {"objectOwnership": "BucketOwnerEnforced"}},
    ),
    Example(
        "cloudwatch/logGroup:LogGroup",
        {"name": "/example/logs", "retentionInDays": 180, "kmsKeyId": "<key.arn>", **TAGS},
        {"retentionInDays": 365, **RETAGGED},
    ),
    Example(
        "cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        {
            "name": "example",
            "logGroup": "<logs>",
            "filterPattern": "{ $.a = 1 }",
            "destinationArn": "<stream.arn>",
            "roleArn": "<role.arn>",
        },
        {"filterPattern": "{ $.a = 2 }"},
    ),
    Example(
        "cloudwatch/eventRule:EventRule",
        {"name": "example", "eventPattern": '{"source": ["aws.ec2"]}', "description": "one", **TAGS},
        {"eventPattern": '{"source": ["aws.health"]}', "description": "two", **RETAGGED},
    ),
    Example("cloudwatch/eventTarget:EventTarget", {"rule": "<rule>", "arn": "<queue.arn>", "targetId": "queue"}),
    Example(
        "sqs/queue:Queue",
        {"name": "example", "messageRetentionSeconds": 300, "sqsManagedSseEnabled": True, **TAGS},
        {"messageRetentionSeconds": 600, **RETAGGED},
        imports=False,
    ),
    Example(
        "sqs/queuePolicy:QueuePolicy",
        {"queueUrl": "<queue>", "policy": policy(Principal="*", Action="sqs:SendMessage", Resource="*")},
    ),
    Example(
        "ecr/repository:Repository",
        {
            "name": "example/images",
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": "<key.arn>"}],
            "forceDelete": False,
            **TAGS,
        },
        {"imageTagMutability": "MUTABLE", **RETAGGED},
        imports=False,
    ),
    Example(
        "ecr/lifecyclePolicy:LifecyclePolicy",
        {
            "repository": "<repository>",
            "policy": json.dumps(
                {
                    "rules": [
                        {
                            "rulePriority": 1,
                            "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1},
                            "action": {"type": "expire"},
                        }
                    ]
                }
            ),
        },
    ),
    Example(
        "ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        {
            "scanType": "ENHANCED",
            "rules": [
                {
                    "scanFrequency": "CONTINUOUS_SCAN",
                    "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}],
                }
            ],
        },
        {"scanType": "BASIC", "rules": []},
        imports=False,
        stays=True,  # as BASIC
    ),
    Example(
        "secretsmanager/secret:Secret",
        {"name": "example", "description": "one", "recoveryWindowInDays": 0, **TAGS},
        {"description": "two", **RETAGGED},
        imports=False,
    ),
    Example(
        "secretsmanager/secretVersion:SecretVersion",
        {"secretId": "<secret>", "secretString": "hidden"},
        imports=False,
        stays=True,
    ),
    Example("route53/zone:Zone", {"name": "example.test", "comment": "one", **TAGS}, {"comment": "two", **RETAGGED}),
    Example(
        "route53/record:Record",
        {
            "zoneId": "<zone>",
            "name": "w.base.example",
            "type": "A",
            "ttl": 60,
            "records": ["192.0.2.1"],
            "setIdentifier": "one",
            "weightedRoutingPolicies": [{"weight": 10}],
            "healthCheckId": "<check>",
        },
        {"weightedRoutingPolicies": [{"weight": 0}], "records": ["192.0.2.2"]},
        imports=False,
    ),
    Example(
        "route53/healthCheck:HealthCheck",
        {
            "type": "HTTPS",
            "fqdn": "a.base.example",
            "port": 443,
            "resourcePath": "/alive",
            "enableSni": True,
            "requestInterval": 10,
            "failureThreshold": 3,
            **TAGS,
        },
        {"failureThreshold": 5, **RETAGGED},
        imports=False,
    ),
    Example(
        "lb/loadBalancer:LoadBalancer",
        {
            "name": "example",
            "subnets": ["<a>", "<b>"],
            "securityGroups": ["<group>"],
            "dropInvalidHeaderFields": True,
            "idleTimeout": 60,
            **TAGS,
        },
        {"idleTimeout": 120, **RETAGGED},
        imports=False,
    ),
    Example(
        "lb/targetGroup:TargetGroup",
        {
            "name": "example",
            "port": 8443,
            "protocol": "HTTPS",
            "vpcId": "<vpc>",
            "targetType": "ip",
            "deregistrationDelay": 30,
            "healthCheck": {"protocol": "HTTPS", "path": "/", "matcher": "200-499", "interval": 10, "timeout": 5},
            **TAGS,
        },
        {
            "healthCheck": {"protocol": "HTTPS", "path": "/alive", "matcher": "200", "interval": 10, "timeout": 5},
            **RETAGGED,
        },
        imports=False,
    ),
    Example(
        "lb/listener:Listener",
        {
            "loadBalancerArn": "<balancer>",
            "port": 443,
            "protocol": "HTTPS",
            "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "certificateArn": "<certificate>",
            "defaultActions": [{"type": "forward", "targetGroupArn": "<targets>"}],
            **TAGS,
        },
        {
            "defaultActions": [
                {"type": "fixed-response", "fixedResponse": {"contentType": "text/plain", "statusCode": "404"}}
            ]
        },
        imports=False,
    ),
    Example(
        "lb/listenerRule:ListenerRule",
        {
            "listenerArn": "<listener>",
            "priority": 1,
            "conditions": [{"pathPattern": {"values": ["/alive"]}}],
            "actions": [
                {
                    "type": "fixed-response",
                    "fixedResponse": {"contentType": "text/plain", "messageBody": "alive", "statusCode": "200"},
                }
            ],
            **TAGS,
        },
        {"conditions": [{"pathPattern": {"values": ["/ready"]}}]},
        imports=False,
    ),
    Example(
        "wafv2/webAcl:WebAcl",
        {
            "name": "example",
            "scope": "REGIONAL",
            "description": "one",
            "defaultAction": {"allow": {}},
            "rules": [
                {
                    "name": "rate",
                    "priority": 0,
                    "action": {"block": {}},
                    "statement": {
                        "rateBasedStatement": {
                            "limit": 1000,
                            "evaluationWindowSec": 60,
                            "aggregateKeyType": "CUSTOM_KEYS",
                            "customKeys": [
                                {
                                    "header": {
                                        "name": "host",
                                        "textTransformations": LOWERCASE,
                                    }
                                }
                            ],
                        }
                    },
                    "visibilityConfig": {
                        "cloudwatchMetricsEnabled": True,
                        "metricName": "rate",
                        "sampledRequestsEnabled": False,
                    },
                },
                {
                    "name": "common",
                    "priority": 1,
                    "overrideAction": {"none": {}},
                    "statement": {
                        "managedRuleGroupStatement": {"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}
                    },
                    "visibilityConfig": {
                        "cloudwatchMetricsEnabled": True,
                        "metricName": "common",
                        "sampledRequestsEnabled": False,
                    },
                },
            ],
            "visibilityConfig": {
                "cloudwatchMetricsEnabled": True,
                "metricName": "example",
                "sampledRequestsEnabled": False,
            },
            **TAGS,
        },
        {"description": "two", "defaultAction": {"block": {}}, **RETAGGED},
        imports=False,
    ),
    Example("wafv2/webAclAssociation:WebAclAssociation", {"webAclArn": "<acl.arn>", "resourceArn": "<balancer>"}),
    Example(
        "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        {
            "resourceArn": "<acl.arn>",
            "logDestinationConfigs": ["<logs.arn>"],
            "redactedFields": [{"singleHeader": {"name": "cookie"}}],
        },
        imports=False,
    ),
    Example(
        "acm/certificate:Certificate",
        {"domainName": "*.example.test", "validationMethod": "DNS", **TAGS},
        RETAGGED,
        imports=False,
    ),
    Example(
        "acm/certificateValidation:CertificateValidation",
        {"certificateArn": "<certificate>"},
        imports=False,
        stays=True,
    ),
    Example(
        "cloudtrail/trail:Trail",
        {
            "name": "example",
            "s3BucketName": "<bucket>",
            "enableLogFileValidation": True,
            "isMultiRegionTrail": True,
            **TAGS,
        },
        {"enableLogging": False, **RETAGGED},
        imports=False,
    ),
    Example(
        "budgets/budget:Budget",
        {
            "name": "example",
            "budgetType": "COST",
            "timeUnit": "MONTHLY",
            "limitAmount": "100",
            "limitUnit": "USD",
            "costFilters": [{"name": "TagKeyValue", "values": ["user:tenant$a"]}],
            "notifications": [
                {
                    "comparisonOperator": "GREATER_THAN",
                    "notificationType": "ACTUAL",
                    "threshold": 80,
                    "thresholdType": "PERCENTAGE",
                    "subscriberEmailAddresses": ["a@example.test"],
                }
            ],
        },
        imports=False,
    ),
    Example(
        "kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        {
            "name": "example",
            "destination": "extended_s3",
            "extendedS3Configuration": {
                "roleArn": "<role.arn>",
                "bucketArn": "<bucket.arn>",
                "prefix": "a/",
                "bufferingInterval": 300,
                "bufferingSize": 5,
            },
            "serverSideEncryption": {"enabled": True, "keyType": "CUSTOMER_MANAGED_CMK", "keyArn": "<key.arn>"},
            **TAGS,
        },
        {
            "extendedS3Configuration": {"roleArn": "<role.arn>", "bucketArn": "<bucket.arn>", "prefix": "b/"},
            "serverSideEncryption": {"enabled": False},
            **RETAGGED,
        },
        imports=False,
    ),
    Example(
        "rds/subnetGroup:SubnetGroup",
        {"name": "example", "subnetIds": ["<a>", "<b>"], "description": "one", **TAGS},
        RETAGGED,
    ),
    Example(
        "rds/clusterParameterGroup:ClusterParameterGroup",
        {
            "name": "example",
            "family": "aurora-postgresql16",
            "parameters": [{"name": "rds.force_ssl", "value": "1", "applyMethod": "immediate"}],
            **TAGS,
        },
        {"parameters": [{"name": "rds.force_ssl", "value": "0", "applyMethod": "immediate"}], **RETAGGED},
        imports=False,
    ),
)
WITH_A_TEST_OF_ITS_OWN = {
    f"aws:{token}"
    for token in (
        "eks/cluster:Cluster",
        "eks/nodeGroup:NodeGroup",
        "eks/addon:Addon",
        "eks/accessEntry:AccessEntry",
        "eks/accessPolicyAssociation:AccessPolicyAssociation",
        "eks/podIdentityAssociation:PodIdentityAssociation",
        "rds/cluster:Cluster",
        "rds/clusterInstance:ClusterInstance",
        "secretsmanager/secretRotation:SecretRotation",
    )
}


@pytest.fixture(scope="module")
def world(aws: AwsService) -> Iterator[World]:
    made = World(Plugin(aws.endpoint))
    yield made
    for each in reversed(made.made.values()):
        try:
            each.plugin.delete(each)
        except Refused:  # a VPC that something of another test uses
            continue


@pytest.mark.parametrize("example", EXAMPLES, ids=[each.token for each in EXAMPLES])
def test_a_type_is_made_read_changed_and_removed(world: World, example: Example) -> None:
    token, plugin = f"aws:{example.token}", world.plugin
    inputs = world.filled(example.inputs)
    made = plugin.create(token, **inputs)
    assert not changes(plugin.diff(made, inputs))  # a preview after `up` is empty
    again = made.again()
    assert again is not None
    assert not changes(plugin.diff(again, inputs)), again.inputs  # and so is one after a refresh
    if example.imports:
        imported = plugin.read(token, made.id)
        assert imported is not None
        kinds = {path: each.kind for path, each in plugin.diff(imported, inputs).detailedDiff.items()}
        assert not {path for path, kind in kinds.items() if "DELETE" not in kind_name(kind)}, imported.inputs
    if example.change:
        new = {**inputs, **world.filled(example.change)}
        planned = changes(plugin.diff(made, new))
        assert planned
        assert not any(planned.values()), planned  # in place
        made = plugin.update(made, **new)
        after = made.again()
        assert after is not None
        assert not changes(plugin.diff(after, new)), after.inputs
    plugin.delete(made)
    assert (made.again() is not None) == example.stays
    plugin.delete(made)  # what is gone already is fine


def test_a_bucket_with_object_lock_stays_versioned(world: World) -> None:
    """The engine may remove versioning before the lock's configuration, which needs it."""
    plugin, bucket = world.plugin, world.get("bucket").id
    versioning = plugin.create(
        "aws:s3/bucketVersioning:BucketVersioning", bucket=bucket, versioningConfiguration={"status": "Enabled"}
    )
    plugin.delete(versioning)
    again = versioning.again()
    assert again is not None
    assert again["versioningConfiguration"]["status"] == "Enabled"


def test_every_type_has_an_example() -> None:
    assert {f"aws:{each.token}" for each in EXAMPLES} | WITH_A_TEST_OF_ITS_OWN == set(KINDS)


@pytest.mark.parametrize("token", sorted(KINDS))
def test_the_table_speaks_of_what_the_sdk_has(token: str) -> None:
    kind, sdk = KINDS[token], sdk_type(token)
    inputs = [*kind.replace, *kind.defaults, *kind.documents, *kind.sets, *kind.unread, *kind.ignored, *kind.also]
    assert not {name.split(".")[0] for name in inputs} - set(sdk.inputs)
    assert not {name for read in (kind.read, *kind.more) for name in read.outputs} - set(sdk.outputs)
    assert sdk.required <= carried(kind)
