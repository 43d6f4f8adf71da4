"""Whether a cluster's load balancer answers, asked from outside (H3)."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import route53

from components.cloud.load_balancer import ALIVE
from settings.aws.site import Site

PART = "names"


@dataclass(frozen=True, kw_only=True)
class ClusterHealthArgs:
    """Inputs of ClusterHealth.

    site: of the environment. cluster: of the topology. dns_name: of its load balancer.
    """

    site: Site
    cluster: str
    dns_name: pulumi.Input[str]


class ClusterHealth(pulumi.ComponentResource):
    """Takes a cluster that does not answer out of all names that lead to it (H3).

    Creates: HealthCheck of its load balancer, every 10 s, from outside; three misses take it out.
    Outputs: check_id (str).
    """

    check_id: pulumi.Output[str]

    def __init__(self, name: str, args: ClusterHealthArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:ClusterHealth", name, {}, opts)
        check = route53.HealthCheck(
            name,
            type="HTTPS",
            fqdn=args.dns_name,
            port=443,
            resource_path=ALIVE,
            enable_sni=True,
            request_interval=10,
            failure_threshold=3,
            tags=args.site.tags(PART, args.cluster, Name=args.site.name(args.cluster)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.check_id = check.id
        self.register_outputs({"check_id": self.check_id})
