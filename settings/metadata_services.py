"""Where a cloud gives a machine its identity: closed to pods (E2), and watched (G5)."""

from typing import Final

METADATA_SERVICES: Final = ("169.254.169.254/32", "169.254.0.0/16", "fd00:ec2::254/128", "fe80::/10")
"""The IPv4 address of nearly all of them, that of EC2 for IPv6, and the rest of what is only on the same link
(169.254.170.2 and .23 give credentials to ECS tasks and EKS pods). A cache of DNS on the node (169.254.20.10) is closed
with it: pods ask kube-dns itself."""
POD_IDENTITY_AGENT: Final = "169.254.170.23/32"
POD_IDENTITY_PORT: Final = 80
"""Where EKS' agent on the node gives a pod the role of its service account, and no other (Amazon EKS User Guide, "EKS
Pod Identities"). It is opened to the workloads of tenants, whose role is their own; never to a sandbox."""
