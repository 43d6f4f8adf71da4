"""Where a cluster's tenants are reached from the internet (B2, F5)."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import acm, ec2, lb, route53

from components.cloud.network import Network
from components.gateway.proxy_network import LISTENER_PORT
from components.objects import keeps_everybodys_data
from settings.aws.site import Site

PART = "edge"
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-3-2021-06"
"""TLS 1.3 and nothing older (F5)."""
ALIVE = "/.well-known/tenantplane/alive"
"""Answered by the load balancer itself, with 200: what health checks of Route 53 ask for."""
LONGEST_NAME = 32


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    """Inputs of LoadBalancer.

    site, cluster: whose gateway, by the cluster's name in the topology. network: of its region. nodes: id of the
    security group of its nodes. domain: tenants are hosts under it. zone_id: of its zone in Route 53.
    """

    site: Site
    cluster: str
    network: Network
    nodes: pulumi.Input[str]
    domain: str
    zone_id: pulumi.Input[str]


class LoadBalancer(pulumi.ComponentResource):
    """An application load balancer before a cluster's gateway: what a firewall can be put on (B2, F5, H3).

    It ends TLS and begins it anew to the gateway, which verifies tokens and knows tenants; it itself knows none.
    Creates: Certificate of `*.<domain>` with its Record and CertificateValidation; SecurityGroup (TLS and plain HTTP
    from everywhere, out to the gateway's port of nodes alone) and the SecurityGroupRule that lets it in there;
    LoadBalancer (protected, deletion-protected, malformed headers dropped), TargetGroup of pods' addresses, which the
    AWS load balancer controller keeps; Listeners: TLS 1.3, and one that sends plain HTTP there; ListenerRule that
    answers health checks.
    Outputs: arn, dns_name, zone_id, target_group (str); its ARN, its name, the zone of that name, the group's ARN.
    """

    arn: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    zone_id: pulumi.Output[str]
    target_group: pulumi.Output[str]

    def __init__(self, name: str, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:LoadBalancer", name, {}, opts)
        site = args.site
        self.tags = site.tags(PART, args.cluster)
        self.child = pulumi.ResourceOptions(parent=self)
        called = site.name(args.cluster, limit=LONGEST_NAME)
        group = self._group(name, args)
        made = lb.LoadBalancer(
            name,
            name=called,
            load_balancer_type="application",
            internal=False,
            subnets=args.network.public,
            security_groups=[group.id],
            enable_deletion_protection=True,
            drop_invalid_header_fields=True,
            desync_mitigation_mode="strictest",
            xff_header_processing_mode="append",
            preserve_host_header=True,
            idle_timeout=60,
            tags=self.tags,
            # It holds nothing, but every name points to it.
            opts=keeps_everybodys_data(self),
        )
        targets = lb.TargetGroup(
            name,
            name=called,
            vpc_id=args.network.vpc_id,
            target_type="ip",
            port=LISTENER_PORT,
            protocol="HTTPS",
            deregistration_delay=30,
            # A gateway that answers anything is there: it has no host that is nobody's.
            health_check={"protocol": "HTTPS", "path": "/", "matcher": "200-499", "interval": 10, "timeout": 5},
            tags=self.tags,
            opts=self.child,
        )
        secure = lb.Listener(
            f"{name}-https",
            load_balancer_arn=made.arn,
            port=443,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=self._certificate(name, args),
            default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
            tags=self.tags,
            opts=self.child,
        )
        lb.ListenerRule(
            f"{name}-alive",
            listener_arn=secure.arn,
            priority=1,
            conditions=[{"path_pattern": {"values": [ALIVE]}}],
            actions=[
                {
                    "type": "fixed-response",
                    "fixed_response": {"content_type": "text/plain", "message_body": "alive", "status_code": "200"},
                }
            ],
            tags=self.tags,
            opts=self.child,
        )
        lb.Listener(
            f"{name}-http",
            load_balancer_arn=made.arn,
            port=80,
            protocol="HTTP",
            default_actions=[
                {
                    "type": "redirect",
                    "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"},
                }
            ],
            tags=self.tags,
            opts=self.child,
        )
        self.arn, self.dns_name, self.zone_id, self.target_group = made.arn, made.dns_name, made.zone_id, targets.arn
        self.register_outputs({"arn": self.arn, "dns_name": self.dns_name})

    def _group(self, name: str, args: LoadBalancerArgs) -> ec2.SecurityGroup:
        called = args.site.name(args.cluster, "edge")
        group = ec2.SecurityGroup(
            name,
            name=called,
            description=f"Edge of {args.cluster}: HTTPS in, to the gateway out",
            vpc_id=args.network.vpc_id,
            ingress=[
                {
                    "protocol": "tcp",
                    "from_port": port,
                    "to_port": port,
                    "cidr_blocks": ["0.0.0.0/0"],
                    "description": what,
                }
                for port, what in ((443, "TLS"), (80, "plain HTTP, which is sent to TLS"))
            ],
            egress=[
                {
                    "protocol": "tcp",
                    "from_port": LISTENER_PORT,
                    "to_port": LISTENER_PORT,
                    "security_groups": [args.nodes],
                    "description": "the gateway",
                }
            ],
            tags={**self.tags, "Name": called},
            opts=self.child,
        )
        ec2.SecurityGroupRule(
            name,
            type="ingress",
            description=f"Gateway, from the edge of {args.cluster}",
            security_group_id=args.nodes,
            source_security_group_id=group.id,
            protocol="tcp",
            from_port=LISTENER_PORT,
            to_port=LISTENER_PORT,
            opts=self.child,
        )
        return group

    def _certificate(self, name: str, args: LoadBalancerArgs) -> pulumi.Output[str]:
        certificate = acm.Certificate(
            name, domain_name=f"*.{args.domain}", validation_method="DNS", tags=self.tags, opts=self.child
        )
        proof = certificate.domain_validation_options.apply(lambda options: options[0])
        record = route53.Record(
            f"{name}-certificate",
            zone_id=args.zone_id,
            name=proof.apply(lambda each: each.resource_record_name),
            type=proof.apply(lambda each: each.resource_record_type),
            records=[proof.apply(lambda each: each.resource_record_value)],
            ttl=300,
            allow_overwrite=True,  # the same one proves the certificates of all regions
            opts=self.child,
        )
        valid = acm.CertificateValidation(
            name, certificate_arn=certificate.arn, validation_record_fqdns=[record.fqdn], opts=self.child
        )
        proven: pulumi.Output[str] = valid.certificate_arn
        return proven
