"""What looks at requests before a gateway does (B2)."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, wafv2

from settings.audit import RETENTION_DAYS
from settings.aws.firewall import firewall_rules, redacted, visibility
from settings.aws.site import Site

PART = "edge"


@dataclass(frozen=True, kw_only=True)
class WebFirewallArgs:
    """Inputs of WebFirewall.

    site, cluster: whose gateway, by the cluster's name in the topology. guarded: ARN of its load balancer.
    largest_rate: requests a minute of the tier that may have most. logs_key: ARN of the key of log groups.
    """

    site: Site
    cluster: str
    guarded: pulumi.Input[str]
    largest_rate: int
    logs_key: pulumi.Input[str]


class WebFirewall(pulumi.ComponentResource):
    """AWS WAF before a cluster's gateway: floods, known bad addresses and known attacks end there (B2).

    Creates: WebAcl (lets through what no rule stops: rates of an address and of a host, AWS's rules) with its
    WebAclAssociation, LogGroup `aws-waf-logs-...` (180 days, encrypted), WebAclLoggingConfiguration (without tokens and
    cookies).
    Outputs: arn (str).
    """

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: WebFirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:WebFirewall", name, {}, opts)
        site = args.site
        called, tags = site.name(args.cluster), site.tags(PART, args.cluster)
        child = pulumi.ResourceOptions(parent=self)
        rules = wafv2.WebAcl(
            name,
            name=called,
            description=f"Before the gateway of {args.cluster}",
            scope="REGIONAL",
            default_action={"allow": {}},
            rules=firewall_rules(args.largest_rate),
            visibility_config=visibility(called),
            tags=tags,
            opts=child,
        )
        self.arn = rules.arn
        wafv2.WebAclAssociation(name, resource_arn=args.guarded, web_acl_arn=rules.arn, opts=child)
        logs = cloudwatch.LogGroup(
            name,
            name=f"aws-waf-logs-{called}",
            retention_in_days=RETENTION_DAYS,
            kms_key_id=args.logs_key,
            tags=tags,
            opts=child,
        )
        wafv2.WebAclLoggingConfiguration(
            name, resource_arn=rules.arn, log_destination_configs=[logs.arn], redacted_fields=redacted(), opts=child
        )
        self.register_outputs({"arn": self.arn})
