"""PostgreSQL by Aurora: of a cluster's tenants, or of one tenant (F2, F5, F6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import ec2, rds, secretsmanager

from settings.aws import Aurora
from settings.aws.postgres import ENGINE, PORT, STATIC, family, final_snapshot, parameters, server_name, sources
from settings.aws.site import Site


@dataclass(frozen=True, kw_only=True)
class AuroraDatabaseArgs:
    """Inputs of AuroraDatabase.

    site: environment and region; data, copies and snapshots stay there (F6). owner: whose it is: a cluster of the
    topology, or `t-` and a tenant's id. settings: version, class, instances. vpc_id, subnets: ids of the region's
    network and of its subnets for databases. clients: ids of security groups that may connect. key: ARN of the owner's
    key. tags: the owner's. protected: whether the engine and Aurora refuse to delete it; False only for a tenant whose
    off-boarding is approved (A7).
    """

    site: Site
    owner: str
    settings: Aurora
    vpc_id: pulumi.Input[str]
    subnets: Sequence[pulumi.Input[str]]
    clients: Mapping[str, pulumi.Input[str]]
    key: pulumi.Input[str]
    tags: Mapping[str, str]
    protected: bool = True


class AuroraDatabase(pulumi.ComponentResource):
    """An Aurora PostgreSQL that is not lost by a slip: over three zones, encrypted, backed up (F2, F5, A7).

    Creates: SubnetGroup of the subnets that have no way out; SecurityGroup that takes PostgreSQL from `clients` and
    from `settings.administered_from`, and lets nothing out; ClusterParameterGroup (TLS 1.3 forced, SCRAM); Cluster
    (deletion-protected, its final snapshot always named; the owner's key for data, copies, insights and the master's
    password, which RDS makes, keeps in Secrets Manager and nobody sees); SecretRotation by RDS itself, without a
    function of Lambda, after `settings.password_days`; ClusterInstances in as many zones as there are instances. All
    protected. RDS makes no database in it: one of its making lets everybody connect.
    Outputs: endpoint, reader (str), hosts; port (int), 5432 but on the AWS of one machine; secret (str), ARN of the
    master's secret; arn (str).
    """

    endpoint: pulumi.Output[str]
    port: pulumi.Output[int]
    reader: pulumi.Output[str]
    secret: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: AuroraDatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:AuroraDatabase", name, {}, opts)
        site, wanted = args.site, args.settings
        called = server_name(site.environment, args.owner)
        # All of it: a refused `destroy` must not have taken its instances from the cluster that stays.
        child = pulumi.ResourceOptions(parent=self, protect=args.protected)
        subnets = rds.SubnetGroup(
            name,
            name=called,
            description="Subnets without a way out",
            subnet_ids=list(args.subnets),
            tags=args.tags,
            opts=child,
        )
        group = ec2.SecurityGroup(
            name,
            name=f"{called}-database",
            description=f"PostgreSQL of {args.owner}: from its clients, nothing out",
            vpc_id=args.vpc_id,
            ingress=[
                *(_rule(f"PostgreSQL from {who}", security_groups=[each]) for who, each in args.clients.items()),
                *(_rule("PostgreSQL from where it is administered", **source) for source in sources(wanted)),
            ],
            egress=[],
            tags={**args.tags, "Name": f"{called}-database"},
            opts=child,
        )
        told = rds.ClusterParameterGroup(
            name,
            name=f"{called}-{family(wanted)}",
            family=family(wanted),
            description="TLS 1.3 and SCRAM only",
            parameters=[
                {"name": key, "value": value, "apply_method": "pending-reboot" if key in STATIC else "immediate"}
                for key, value in parameters().items()
            ],
            tags=args.tags,
            opts=child,
        )
        server = rds.Cluster(
            name,
            cluster_identifier=called,
            engine=ENGINE,
            engine_version=wanted.version,
            master_username="tenantplane",
            manage_master_user_password=True,
            master_user_secret_kms_key_id=args.key,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[group.id],
            db_cluster_parameter_group_name=told.name,
            port=PORT,
            storage_encrypted=True,
            kms_key_id=args.key,
            backup_retention_period=wanted.backup_days,
            preferred_backup_window="02:00-03:00",
            preferred_maintenance_window="sun:03:30-sun:04:30",
            copy_tags_to_snapshot=True,
            delete_automated_backups=False,
            deletion_protection=args.protected,
            skip_final_snapshot=False,
            final_snapshot_identifier=final_snapshot(called),
            enabled_cloudwatch_logs_exports=["postgresql"],
            iam_database_authentication_enabled=False,
            apply_immediately=False,
            tags=args.tags,
            opts=child,
        )
        self.endpoint, self.port = server.endpoint, server.port
        self.reader, self.arn = server.reader_endpoint, server.arn
        self.secret = server.master_user_secrets.apply(lambda made: made[0].secret_arn)
        secretsmanager.SecretRotation(
            name,
            secret_id=self.secret,
            rotation_rules={"automatically_after_days": wanted.password_days},
            # The first password is as new as the server, and a new schedule is no reason to take the credential from
            # under whoever is at work with it.
            rotate_immediately=False,
            opts=child,
        )
        zones = site.region.zones
        for index in range(wanted.instances):
            rds.ClusterInstance(
                f"{name}-{index}",
                identifier=f"{called}-{index}",
                cluster_identifier=server.cluster_identifier,
                engine=ENGINE,
                engine_version=wanted.version,
                instance_class=wanted.instance_class,
                availability_zone=zones[index % len(zones)],
                db_subnet_group_name=subnets.name,
                publicly_accessible=False,
                auto_minor_version_upgrade=False,
                promotion_tier=min(index, 15),
                performance_insights_enabled=True,
                performance_insights_kms_key_id=args.key,
                copy_tags_to_snapshot=True,
                tags=args.tags,
                opts=child,
            )
        self.register_outputs({"endpoint": self.endpoint, "port": self.port, "reader": self.reader, "arn": self.arn})


def _rule(title: str, **source: Sequence[pulumi.Input[str]]) -> dict[str, Any]:
    return {"protocol": "tcp", "from_port": PORT, "to_port": PORT, **source, "description": title}
