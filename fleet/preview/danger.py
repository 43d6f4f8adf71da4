"""What holds data, and which changes therefore cannot be taken back (I2, A7).

One table. A kind that is in neither half of it counts as one that holds data: nobody has said that it does not. A test
holds that every kind the program makes is in one of them.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal

from fleet.events import TENANT_TYPE, Change

Level = Literal["data loss", "replacement", "deletion", "other"]
LEVELS: Final[tuple[Level, ...]] = ("data loss", "replacement", "deletion", "other")
"""In the order in which they are shown."""

HOLDS_DATA: Final[Mapping[str, str]] = {
    TENANT_TYPE: "the tenant and all it has",
    "kubernetes:core:Namespace": "everything in it, volumes included",
    "kubernetes:core:PersistentVolume": "a volume",
    "kubernetes:core:PersistentVolumeClaim": "a volume",
    "kubernetes:core:Secret": "a key or password that is in use",
    "kubernetes:apps:StatefulSet": "programs with volumes of their own",
    "kubernetes:apiextensions.k8s.io:CustomResourceDefinition": "every object of its kind, in every namespace",
    "kubernetes:agents.x-k8s.io:Sandbox": "a session under way",
    "kubernetes:extensions.agents.x-k8s.io:SandboxClaim": "a session under way",
    "kubernetes:postgresql.cnpg.io:Cluster": "a database server",
    "kubernetes:postgresql.cnpg.io:Database": "a database",
    "kubernetes:postgresql.cnpg.io:ScheduledBackup": "the schedule of a server's backups",
    "kubernetes:snapshot.storage.k8s.io:VolumeSnapshot": "a copy of a volume",
    "kubernetes:snapshot.storage.k8s.io:VolumeSnapshotContent": "a copy of a volume",
    "aws:rds:Cluster": "a database server",
    "aws:rds:ClusterInstance": "an instance of a database server",
    "aws:rds:ClusterSnapshot": "a copy of a database",
    "aws:rds:Instance": "a database server",
    "aws:rds:Snapshot": "a copy of a database",
    "aws:s3:Bucket": "objects",
    "aws:s3:BucketV2": "objects",
    "aws:s3:BucketObject": "an object",
    "aws:s3:BucketObjectv2": "an object",
    "aws:kms:Key": "what opens everything that it has encrypted",
    "aws:kms:ReplicaKey": "what opens everything that it has encrypted",
    "aws:dynamodb:Table": "a table",
    "aws:ebs:Snapshot": "a copy of a volume",
    "aws:ebs:Volume": "a volume",
    "aws:efs:FileSystem": "a file system",
    "aws:secretsmanager:Secret": "a key or password that is in use",
    "aws:secretsmanager:SecretVersion": "a key or password that is in use",
    "aws:ssm:Parameter": "a value that others read",
    "aws:ecr:Repository": "images",
    "aws:backup:Vault": "backups",
    "aws:cloudtrail:Trail": "the record of who did what in the account",
    "aws:cloudwatch:LogGroup": "logs, audit logs among them",
    "aws:eks:Cluster": "a cluster with everything on it",
    "aws:lb:LoadBalancer": "the address that every tenant's name leads to",
    "aws:route53:Zone": "the names of every tenant, and the delegation to them",
    "aws:sqs:Queue": "messages that nobody has taken yet",
    "aws:ec2:Vpc": "the network that clusters and databases are in",
    "aws:ec2:Subnet": "a network that clusters and databases are in",
    "aws:rds:SubnetGroup": "the networks that a database server is in",
    "pulumi:providers:kubernetes": "the way to a cluster: every object on it goes along",
    "pulumi:providers:aws": "the way to an account: everything in it goes along",
}
"""Kind, without its version: what is lost with it."""

GUARDS_DATA: Final = frozenset(
    f"aws:{each}"
    for each in (
        "ec2:SecurityGroup",
        "kms:Alias",
        "rds:ClusterParameterGroup",
        "s3:BucketLifecycleConfiguration",
        "s3:BucketObjectLockConfiguration",
        "s3:BucketPolicy",
        "s3:BucketPublicAccessBlock",
        "s3:BucketServerSideEncryptionConfiguration",
        "s3:BucketVersioning",
        "secretsmanager:SecretRotation",
    )
)
"""Hold none and are protected like what they guard: the engine refuses to remove one, and that one loses its protection
is told as such."""

HOLDS_NONE: Final = (
    GUARDS_DATA
    | frozenset(
        # A rotation replaces it, and the one before stays valid until it is revoked (F5).
        ("random:index:RandomPassword", "pulumi:pulumi:StackReference")
    )
    | frozenset(
        f"aws:{each}"
        for each in (
            "acm:Certificate",
            "acm:CertificateValidation",
            "budgets:Budget",
            "cloudwatch:EventRule",
            "cloudwatch:EventTarget",
            "cloudwatch:LogSubscriptionFilter",
            "ec2:DefaultSecurityGroup",
            "ec2:Eip",
            "ec2:FlowLog",
            "ec2:InternetGateway",
            "ec2:LaunchTemplate",
            "ec2:NatGateway",
            "ec2:Route",
            "ec2:RouteTable",
            "ec2:RouteTableAssociation",
            "ec2:SecurityGroupRule",
            "ec2:VpcEndpoint",
            "ecr:LifecyclePolicy",
            "ecr:RegistryScanningConfiguration",
            "eks:AccessEntry",
            "eks:AccessPolicyAssociation",
            "eks:Addon",
            "eks:NodeGroup",
            "eks:PodIdentityAssociation",
            "iam:InstanceProfile",
            "iam:Role",
            "iam:RolePolicy",
            "iam:RolePolicyAttachment",
            "kinesis:FirehoseDeliveryStream",
            "lb:Listener",
            "lb:ListenerRule",
            "lb:TargetGroup",
            "route53:HealthCheck",
            "route53:Record",
            "sqs:QueuePolicy",
            "wafv2:WebAcl",
            "wafv2:WebAclAssociation",
            "wafv2:WebAclLoggingConfiguration",
        )
    )
    | frozenset(
        f"kubernetes:{each}"
        for each in (
            "admissionregistration.k8s.io:ValidatingAdmissionPolicy",
            "admissionregistration.k8s.io:ValidatingAdmissionPolicyBinding",
            "apps:DaemonSet",
            "apps:Deployment",
            "autoscaling:HorizontalPodAutoscaler",
            "batch:CronJob",
            "cilium.io:TracingPolicy",
            "batch:Job",
            "core:ConfigMap",
            "core:LimitRange",
            "core:ResourceQuota",
            "core:Service",
            "core:ServiceAccount",
            "core:ServiceAccountPatch",
            "extensions.agents.x-k8s.io:SandboxTemplate",
            "extensions.agents.x-k8s.io:SandboxWarmPool",
            "gateway.envoyproxy.io:BackendTrafficPolicy",
            "gateway.envoyproxy.io:ClientTrafficPolicy",
            "gateway.envoyproxy.io:EnvoyProxy",
            "gateway.envoyproxy.io:SecurityPolicy",
            "gateway.networking.k8s.io:Gateway",
            "gateway.networking.k8s.io:GatewayClass",
            "gateway.networking.k8s.io:HTTPRoute",
            "gateway.networking.k8s.io:ReferenceGrant",
            "kueue.x-k8s.io:ClusterQueue",
            "kueue.x-k8s.io:Cohort",
            "kueue.x-k8s.io:LocalQueue",
            "kueue.x-k8s.io:ResourceFlavor",
            "kueue.x-k8s.io:Topology",
            "kueue.x-k8s.io:WorkloadPriorityClass",
            "monitoring.coreos.com:Alertmanager",
            "monitoring.coreos.com:AlertmanagerConfig",
            "monitoring.coreos.com:PodMonitor",
            "monitoring.coreos.com:PrometheusRule",
            "monitoring.coreos.com:ScrapeConfig",
            "monitoring.coreos.com:ServiceMonitor",
            "networking.istio.io:DestinationRule",
            "networking.istio.io:Gateway",
            "networking.istio.io:Sidecar",
            "networking.k8s.io:Ingress",
            "networking.k8s.io:NetworkPolicy",
            "node.k8s.io:RuntimeClass",
            "policy:PodDisruptionBudget",
            "policy.sigstore.dev:ClusterImagePolicy",
            "projectcalico.org:GlobalNetworkPolicy",
            "projectcalico.org:GlobalNetworkSet",
            "projectcalico.org:Tier",
            "rbac.authorization.k8s.io:ClusterRole",
            "rbac.authorization.k8s.io:ClusterRoleBinding",
            "rbac.authorization.k8s.io:Role",
            "rbac.authorization.k8s.io:RoleBinding",
            "scheduling.k8s.io:PriorityClass",
            "security.istio.io:AuthorizationPolicy",
            "security.istio.io:PeerAuthentication",
            "snapshot.storage.k8s.io:VolumeSnapshotClass",
            # Volumes that were made by it stay, with the key that they have.
            "storage.k8s.io:StorageClass",
        )
    )
)
"""Kinds that can be made anew from the catalogue, and nothing is lost."""

_VERSION: Final = re.compile(r"/[^:]*")
UNSURE: Final = "-unsure"
"""End of the word for a changed property of which nobody here can say whether it forces a replacement."""
UNPROTECTED: Final = "protect"
"""The path of a change that takes the protection of a resource away."""


def kind_of(token: str) -> str:
    """A type token without its version: "kubernetes:apps/v1:Deployment" is "kubernetes:apps:Deployment"."""
    return _VERSION.sub("", token)


def lost_with(token: str) -> str | None:
    """What is lost with a resource of this type; None when it can be made anew."""
    kind = kind_of(token)
    if kind in HOLDS_DATA:
        return HOLDS_DATA[kind]
    if kind in HOLDS_NONE or (token.startswith("tenantplane:") and token != TENANT_TYPE):
        return None
    return "of a kind of which nobody has said that it holds no data (fleet/preview/danger.py)"


def level_of(change: Change) -> tuple[Level, str]:
    """How dangerous a change is, and why; the reason is empty for what is not."""
    lost = lost_with(change.type)
    if change.op in ("replace", "delete"):
        if lost is not None:
            kept = " The object itself stays, and nobody looks after it." if change.retained else ""
            return "data loss", f"it is {lost}.{kept}"
        if change.protected:
            return "data loss", "it is protected, and the engine will refuse"
        return ("replacement", "it is deleted and made anew") if change.op == "replace" else ("deletion", "")
    if UNPROTECTED in change.paths:
        what = "" if lost is None else f": it is {lost}"
        return "data loss", f"it loses its protection, so that the next change may delete it{what}"
    if lost is not None and any(how.endswith(UNSURE) for how in change.paths.values()):
        return "data loss", f"whether this can be done in place is not known without its provider: it is {lost}"
    return "other", ""
