"""What nodes and EKS' add-ons may do, no more than they call (H2)."""

from settings.aws.policies.document import ANY, Policy, allow, document
from settings.aws.site import Site

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_ADDON_IMAGES = ("amazon-k8s-cni", "amazon-k8s-cni-init", "amazon/*", "eks/*")
"""Repositories of EKS' own accounts, whose number differs by region, that the add-ons' images are in."""


def node_policy(site: Site, cluster: str) -> Policy:
    """Of every node: what nodeadm asks of EC2, images, and roles for its pods. A pod gets at none of it: the metadata
    service lets no answer go one hop further."""
    repositories = [site.arn("ecr", "repository/*")]
    repositories += [f"arn:aws:ecr:{site.region.name}:*:repository/{each}" for each in _ADDON_IMAGES]
    return document(
        # No resource-level permissions: ec2:Describe* and the registry's token.
        allow("Look", ("ec2:DescribeInstances", "ec2:DescribeInstanceTypes"), ANY),
        allow("RegistryToken", ("ecr:GetAuthorizationToken",), ANY),
        allow("Pull", _PULL, repositories),
        allow("PodIdentity", ("eks-auth:AssumeRoleForPodIdentity",), site.cluster_arn(cluster)),
    )


def cni_policy(site: Site, cluster: str) -> Policy:
    """Of the VPC CNI: addresses of the cluster's own nodes."""
    interfaces, subnets = site.arn("ec2", "network-interface/*"), site.arn("ec2", "subnet/*")
    groups, instances = site.arn("ec2", "security-group/*"), site.arn("ec2", "instance/*")
    name = site.cluster_name(cluster)
    own = {"StringEquals": {"aws:ResourceTag/cluster.k8s.amazonaws.com/name": name}}
    made = {"StringEquals": {"aws:RequestTag/cluster.k8s.amazonaws.com/name": name}}
    nodes = {"StringEquals": {f"aws:ResourceTag/kubernetes.io/cluster/{name}": "owned"}}
    describe = ("Instances", "InstanceTypes", "NetworkInterfaces", "Subnets", "SecurityGroups", "Tags")
    return document(
        # ec2:Describe* has no resource-level permissions.
        allow("Look", [f"ec2:Describe{each}" for each in describe], ANY),
        allow("Make", ("ec2:CreateNetworkInterface",), interfaces, made),
        allow("MakeIn", ("ec2:CreateNetworkInterface",), (subnets, groups)),
        allow(
            "Tag",
            ("ec2:CreateTags",),
            interfaces,
            {"StringEquals": {**made["StringEquals"], "ec2:CreateAction": "CreateNetworkInterface"}},
        ),
        allow(
            "Addresses",
            ("ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
            interfaces,
            own,  # a node's first interface has the tag by its launch template
        ),
        allow("Attach", ("ec2:AttachNetworkInterface", "ec2:DetachNetworkInterface"), instances, nodes),
        allow(
            "Own",
            (
                "ec2:AttachNetworkInterface",
                "ec2:DetachNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:ModifyNetworkInterfaceAttribute",
            ),
            interfaces,
            own,
        ),
    )
