"""Where something of AWS is and whose: what its name, its tags and its ARN follow from (B1)."""

from dataclasses import dataclass

from settings import names
from settings.aws.account import AwsRegion


@dataclass(frozen=True, kw_only=True)
class Site:
    """An environment's part in a region. account: its number."""

    environment: str
    account: str
    region: AwsRegion

    def name(self, *parts: str, limit: int = 64) -> str:
        """`tp-<environment>-<parts>`; what is unique in an account and not in a region has the region in its parts."""
        return names.cloud(self.environment, *parts, limit=limit)

    def regional(self, *parts: str, limit: int = 64) -> str:
        """`tp-<environment>-<region>-<parts>`."""
        return self.name(self.region.name, *parts, limit=limit)

    def tags(self, component: str, cluster: str | None = None, **more: str) -> dict[str, str]:
        """Tags of what belongs to no tenant. more: such as Name, which the console shows."""
        return {**names.platform_tags(self.environment, component, cluster), **more}

    def arn(self, service: str, resource: str) -> str:
        """ARN of a resource of a service that has regions."""
        return f"arn:aws:{service}:{self.region.name}:{self.account}:{resource}"

    def role_arn(self, role: str) -> str:
        """ARN of a role by its name."""
        return f"arn:aws:iam::{self.account}:role/{role}"

    def cluster_name(self, cluster: str) -> str:
        """What EKS calls a cluster of the topology."""
        return self.name(cluster)

    def cluster_arn(self, cluster: str) -> str:
        """ARN of that cluster."""
        return self.arn("eks", f"cluster/{self.cluster_name(cluster)}")
