"""What a tenant has at AWS, beside its namespace (B1, F2, F4, F5, G6)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import eks, iam, route53

from components.cloud.aurora_database import AuroraDatabase, AuroraDatabaseArgs
from components.cloud.cost_budget import CostBudget, CostBudgetArgs
from components.cloud.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.cloud.private_bucket import PrivateBucket, PrivateBucketArgs
from components.tenancy.access import WORKLOAD_ACCOUNT
from settings import TenantPlan, names
from settings.aws import Aurora
from settings.aws.policies import trusts_pods
from settings.aws.postgres import tenant_owner
from settings.aws.site import Site
from settings.aws.tenant import has_own_bucket, has_own_database, in_residency, place_of
from settings.storage import bucket_policy, lifecycle_rules, role_policy, tenant_key
from settings.volume import KeyRotation


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What tenants of a region have together. vpc_id, subnets: where databases are. nodes: id of the security group
    whose pods connect. key: ARN of the key of the shared bucket. zone_id: of the domain. after: what tenants need,
    where it is of the same stack: their cluster and its name."""

    vpc_id: pulumi.Input[str]
    subnets: Sequence[pulumi.Input[str]]
    nodes: pulumi.Input[str]
    key: pulumi.Input[str]
    zone_id: pulumi.Input[str]
    after: tuple[pulumi.Resource, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reached:
    """What a tenant's host is another name of: its cluster's entrance, or where nobody may stand in for its cluster
    (F6) that cluster's load balancer. name: host. zone_id: of the zone that this name is in."""

    name: pulumi.Input[str]
    zone_id: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class TenantCloudArgs:
    """Inputs of TenantCloud.

    site: where its cluster is. plan: the tenant. rotation: of its key. aurora: of its cluster; None where the tenants'
    databases are elsewhere. shared: what it has together with others. reached: where its host leads. mails: who is told
    of its budget; nobody besides the account's people when empty.
    """

    site: Site
    plan: TenantPlan
    rotation: KeyRotation
    aurora: Aurora | None
    shared: Shared
    reached: Reached
    mails: tuple[str, ...]


class TenantCloud(pulumi.ComponentResource):
    """A tenant's part of an account: what it reaches, where its data are, what it may cost, how it is found.

    Creates: Role of its workloads' service account, whose tag `tenant` all policies go by, with RolePolicy and
    PodIdentityAssociation; Record of its host; CostBudget. Where its data are its own (F1: `database`, `hybrid`) an
    EncryptionKey and a PrivateBucket; for tiers of `aurora.own_for` an AuroraDatabase under that key. All that holds
    data is protected until the off-boarding is approved (A7).
    Outputs: bucket, prefix (str), where its objects are; database (dict), `host` and `port` of its own, empty without.
    Errors: ValueError for a region that its residency does not allow (F6).
    """

    bucket: str
    prefix: str
    database: Mapping[str, pulumi.Input[str | int]]

    def __init__(self, name: str, args: TenantCloudArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:TenantCloud", name, {}, opts)
        plan, site = args.plan, args.site
        in_residency(plan, site.region.name)
        tenant = plan.tenant.id
        self.tags = names.tags(tenant, plan.tier.id, plan.environment, cluster=plan.cluster.name)
        self.child = pulumi.ResourceOptions(parent=self)
        place = place_of(plan, site)
        self.bucket, self.prefix, self.database = place.name, place.prefix, {}
        key: pulumi.Input[str] = args.shared.key
        if has_own_bucket(plan):
            own = EncryptionKey(
                f"{name}-key",
                EncryptionKeyArgs(
                    settings=tenant_key(tenant, plan.tier.id, site.environment, site.account, args.rotation),
                    alias=site.name("tenant", tenant, limit=200),
                    protected=plan.protected,
                ),
                self.child,
            )
            key = own.arn
            PrivateBucket(
                f"{name}-bucket",
                PrivateBucketArgs(
                    bucket=place,
                    key=key,
                    policy=lambda arn: bucket_policy(place, site.account, arn),
                    lifecycle=lifecycle_rules(),
                    tags=self.tags,
                    protected=plan.protected,
                ),
                self.child,
            )
        if args.aurora is not None and has_own_database(plan, args.aurora):
            made = AuroraDatabase(
                f"{name}-database",
                AuroraDatabaseArgs(
                    site=site,
                    owner=tenant_owner(tenant),
                    settings=args.aurora,
                    vpc_id=args.shared.vpc_id,
                    subnets=args.shared.subnets,
                    clients={"pods": args.shared.nodes},
                    key=key,
                    tags=self.tags,
                    protected=plan.protected,
                ),
                self.child,
            )
            self.database = {"host": made.endpoint, "port": made.port}
        self._role(name, args, pulumi.Output.from_input(key).apply(lambda arn: json.dumps(role_policy(place, arn))))
        self._found_and_counted(name, args)
        self.register_outputs({"bucket": self.bucket, "prefix": self.prefix, "database": self.database})

    def _role(self, name: str, args: TenantCloudArgs, own: pulumi.Output[str]) -> None:
        plan, site = args.plan, args.site
        trust = trusts_pods(site.cluster_arn(plan.cluster.name), plan.namespace, WORKLOAD_ACCOUNT)
        role = iam.Role(
            name,
            name=site.name(plan.cluster.name, names.namespace(plan.tenant.id)),
            assume_role_policy=json.dumps(trust),
            tags=self.tags,
            opts=self.child,
        )
        policy = iam.RolePolicy(name, name="own", role=role.name, policy=own, opts=self.child)
        eks.PodIdentityAssociation(
            name,
            cluster_name=site.cluster_name(plan.cluster.name),
            namespace=plan.namespace,
            service_account=WORKLOAD_ACCOUNT,
            role_arn=role.arn,
            tags=self.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, *args.shared.after]),
        )

    def _found_and_counted(self, name: str, args: TenantCloudArgs) -> None:
        plan, shared = args.plan, args.shared
        route53.Record(
            name,
            zone_id=shared.zone_id,
            name=plan.host,
            type="A",
            # One of each cluster that has the tenant: while it moves, two have, and each record leads to its own.
            set_identifier=plan.cluster.name,
            weighted_routing_policies=[{"weight": 100}],
            aliases=[
                {
                    "name": args.reached.name,
                    "zone_id": args.reached.zone_id,
                    "evaluate_target_health": True,
                }
            ],
            # Route 53 refuses an alias of a name that is not there.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(shared.after)),
        )
        money = plan.tenant.budget
        CostBudget(
            f"{name}-budget",
            CostBudgetArgs(
                budget=args.site.name(plan.cluster.name, "tenant", plan.tenant.id, limit=100),
                monthly_usd=money.monthly_usd,
                percent=money.alert_percent,
                mails=args.mails,
                tagged=(names.TENANT_LABEL, plan.tenant.id),
                tags=self.tags,
            ),
            self.child,
        )
