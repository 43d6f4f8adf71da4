"""A region's network: three zones, no way in but by the load balancer (H2)."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2

from settings.aws.network import Subnet, subnets
from settings.aws.site import Site

PART = "network"
_ROLES = {"public": {"kubernetes.io/role/elb": "1"}, "private": {"kubernetes.io/role/internal-elb": "1"}, "data": {}}


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Inputs of Network.

    site: environment and region; the region says the range, the zones, and how what is private gets out.
    """

    site: Site


class Network(pulumi.ComponentResource):
    """The network that all clusters of a region share (H2, E1).

    Creates: Vpc; nine Subnets over three zones (settings.aws.network), of which no machine gets a public address;
    InternetGateway; by `nat` none, one or three NatGateways with their addresses; a RouteTable for what is public, one
    for each zone of what is private, so that another `nat` changes routes and nothing else, and one for databases with
    no way out; the default SecurityGroup, emptied.
    Outputs: vpc_id (str); private, public, data (lists of subnet ids, by zone); route_tables (ids of those of private
    and data subnets, for gateway endpoints).
    """

    vpc_id: pulumi.Output[str]

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:Network", name, {}, opts)
        self.site = args.site
        self.child = pulumi.ResourceOptions(parent=self)
        self.vpc = ec2.Vpc(
            name,
            cidr_block=args.site.region.cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=self._tags(),
            opts=self.child,
        )
        self.vpc_id = self.vpc.id
        ec2.DefaultSecurityGroup(
            f"{name}-default",
            vpc_id=self.vpc_id,
            ingress=[],
            egress=[],
            tags=self._tags("default-closed"),
            opts=self.child,
        )
        gateway = ec2.InternetGateway(name, vpc_id=self.vpc_id, tags=self._tags(), opts=self.child)
        made = {each.name: self._subnet(name, each) for each in subnets(args.site.region)}
        of_kind = {kind: [each for each in subnets(args.site.region) if each.kind == kind] for kind in _ROLES}

        public = self._table(name, "public")
        ec2.Route(
            f"{name}-public",
            route_table_id=public.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
            opts=self.child,
        )
        data = self._table(name, "data")
        private = {each.name: self._table(name, each.name) for each in of_kind["private"]}
        tables = {each.name: private.get(each.name, public if each.kind == "public" else data)
                  for each in subnets(args.site.region)}  # fmt: skip
        for each, table in tables.items():
            ec2.RouteTableAssociation(
                f"{name}-{each}", subnet_id=made[each].id, route_table_id=table.id, opts=self.child
            )
        gateways = self._nat(name, [(each, made[each.name]) for each in of_kind["public"]], gateway)
        for index, table in enumerate(private.values()):
            if gateways:
                ec2.Route(
                    f"{name}-{of_kind['private'][index].name}",
                    route_table_id=table.id,
                    destination_cidr_block="0.0.0.0/0",
                    nat_gateway_id=gateways[index % len(gateways)].id,
                    opts=self.child,
                )
        self.private, self.public, self.data = (
            [made[each.name].id for each in of_kind[kind]] for kind in ("private", "public", "data")
        )
        self.route_tables = [*(each.id for each in private.values()), data.id]
        self.register_outputs(
            {"vpc_id": self.vpc_id, "private": self.private, "public": self.public, "data": self.data}
        )

    def _tags(self, what: str = "") -> dict[str, str]:
        return self.site.tags(PART, Name=self.site.name(what) if what else self.site.name(PART))

    def _subnet(self, name: str, subnet: Subnet) -> ec2.Subnet:
        return ec2.Subnet(
            f"{name}-{subnet.name}",
            vpc_id=self.vpc_id,
            cidr_block=subnet.cidr,
            availability_zone=subnet.zone,
            map_public_ip_on_launch=False,
            tags={**self._tags(subnet.name), **_ROLES[subnet.kind], "tenantplane:subnet": subnet.kind},
            opts=self.child,
        )

    def _table(self, name: str, what: str) -> ec2.RouteTable:
        return ec2.RouteTable(f"{name}-{what}", vpc_id=self.vpc_id, tags=self._tags(what), opts=self.child)

    def _nat(
        self, name: str, public: list[tuple[Subnet, ec2.Subnet]], gateway: ec2.InternetGateway
    ) -> list[ec2.NatGateway]:
        """One in the first zone, or one in each, or none."""
        wanted = self.site.region.gateways
        made = []
        for where, subnet in public[:wanted]:
            zone = where.zone[-1]
            tags = self._tags(f"nat-{zone}")
            after = pulumi.ResourceOptions(parent=self, depends_on=[gateway])
            address = ec2.Eip(f"{name}-nat-{zone}", domain="vpc", tags=tags, opts=after)
            # Its address can be of one gateway at a time: another one cannot be there before this one is gone.
            one_address = pulumi.ResourceOptions(parent=self, depends_on=[gateway], delete_before_replace=True)
            made.append(
                ec2.NatGateway(
                    f"{name}-nat-{zone}", subnet_id=subnet.id, allocation_id=address.id, tags=tags, opts=one_address
                )
            )
        return made
