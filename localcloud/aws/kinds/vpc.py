"""VPC and what it consists of. Sources of `replace`: ForceNew in terraform-provider-aws, which pulumi-aws bridges."""

from localcloud.aws.kinds.ec2 import arn, ec2_kind
from localcloud.aws.model import Call, Read, names


def _attribute(name: str, member: str) -> tuple[Call, Read]:
    """An attribute of a VPC: the call that sets it, and the one that reads it."""
    argument = {"VpcId": "=id", member: {"Value": f"=in.{name}"}}
    read = {"VpcId": "=id", "Attribute": name}
    return (
        Call(do="modify_vpc_attribute", give=argument, when=(name,)),
        Read(call=Call(do="describe_vpc_attribute", give=read), auto=False, outputs={name: f"=found.{member}.Value"}),
    )


_SUPPORT = _attribute("enableDnsSupport", "EnableDnsSupport")
_HOSTNAMES = _attribute("enableDnsHostnames", "EnableDnsHostnames")


def _subnet_attribute(name: str, member: str) -> Call:
    return Call(do="modify_subnet_attribute", give={"SubnetId": "=id", member: {"Value": f"=in.{name}"}}, when=(name,))


VPC_KINDS = (
    ec2_kind(
        "aws:ec2/vpc:Vpc",
        "vpc",
        create=Call(do="create_vpc", auto=True, rename={"assignGeneratedIpv6CidrBlock": "AmazonProvidedIpv6CidrBlock"}),
        id="=raw.Vpc.VpcId",
        read=Read(
            call=Call(do="describe_vpcs", give={"VpcIds": ["=id"]}),
            found="Vpcs[0]",
            outputs={"arn": arn("ec2", "vpc/"), "ownerId": "=found.OwnerId"},
        ),
        more=(
            _SUPPORT[1],
            _HOSTNAMES[1],
            Read(
                call=Call(do="describe_route_tables", give={"Filters": [{"Name": "vpc-id", "Values": ["=id"]}]}),
                found="RouteTables[?Associations[?Main]] | [0]",
                auto=False,
                outputs={"mainRouteTableId": "=found.RouteTableId", "defaultRouteTableId": "=found.RouteTableId"},
            ),
            Read(
                call=Call(
                    do="describe_security_groups",
                    give={
                        "Filters": [
                            {"Name": "vpc-id", "Values": ["=id"]},
                            {"Name": "group-name", "Values": ["default"]},
                        ]
                    },
                ),
                found="SecurityGroups[0]",
                auto=False,
                outputs={"defaultSecurityGroupId": "=found.GroupId"},
            ),
            Read(
                call=Call(do="describe_network_acls", give={"Filters": [{"Name": "vpc-id", "Values": ["=id"]}]}),
                found="NetworkAcls[?IsDefault] | [0]",
                auto=False,
                outputs={"defaultNetworkAclId": "=found.NetworkAclId"},
            ),
        ),
        then=(_SUPPORT[0], _HOSTNAMES[0]),
        delete=(Call(do="delete_vpc", give={"VpcId": "=id"}),),
        replace=names("cidrBlock ipv4IpamPoolId ipv4NetmaskLength instanceTenancy"),
        defaults={"enableDnsSupport": True, "instanceTenancy": "default"},
        unread=names("assignGeneratedIpv6CidrBlock"),
        silent="quota of VPCs per region",
    ),
    ec2_kind(
        "aws:ec2/subnet:Subnet",
        "subnet",
        create=Call(do="create_subnet", auto=True),
        id="=raw.Subnet.SubnetId",
        read=Read(
            call=Call(do="describe_subnets", give={"SubnetIds": ["=id"]}),
            found="Subnets[0]",
            outputs={"arn": arn("ec2", "subnet/")},
        ),
        then=(
            _subnet_attribute("mapPublicIpOnLaunch", "MapPublicIpOnLaunch"),
            _subnet_attribute("assignIpv6AddressOnCreation", "AssignIpv6AddressOnCreation"),
        ),
        delete=(Call(do="delete_subnet", give={"SubnetId": "=id"}),),
        replace=names("vpcId cidrBlock availabilityZone availabilityZoneId ipv6Native outpostArn"),
        defaults={"mapPublicIpOnLaunch": False, "assignIpv6AddressOnCreation": False},
        silent="that nothing uses a subnet which is deleted",
    ),
    ec2_kind(
        "aws:ec2/internetGateway:InternetGateway",
        "internet-gateway",
        create=Call(do="create_internet_gateway"),
        id="=raw.InternetGateway.InternetGatewayId",
        read=Read(
            call=Call(do="describe_internet_gateways", give={"InternetGatewayIds": ["=id"]}),
            found="InternetGateways[0]",
            outputs={"arn": arn("ec2", "internet-gateway/"), "vpcId": "=found.Attachments[0].VpcId"},
        ),
        then=(
            Call(
                do="detach_internet_gateway",
                give={"InternetGatewayId": "=id", "VpcId": "=was.vpcId"},
                when=("vpcId",),
                only="=was.vpcId",
            ),
            Call(
                do="attach_internet_gateway",
                give={"InternetGatewayId": "=id", "VpcId": "=in.vpcId"},
                when=("vpcId",),
                only="=in.vpcId",
            ),
        ),
        delete=(
            Call(
                do="detach_internet_gateway",
                give={"InternetGatewayId": "=id", "VpcId": "=state.vpcId"},
                only="=state.vpcId",
                mends=("Gateway.NotAttached",),
            ),
            Call(do="delete_internet_gateway", give={"InternetGatewayId": "=id"}),
        ),
    ),
    ec2_kind(
        "aws:ec2/eip:Eip",
        "elastic-ip",
        create=Call(do="allocate_address", auto=True),
        id="=raw.AllocationId",
        read=Read(
            call=Call(do="describe_addresses", give={"AllocationIds": ["=id"]}),
            found="Addresses[0]",
            outputs={"arn": arn("ec2", "elastic-ip/"), "allocationId": "=id", "publicDns": "=''"},
        ),
        delete=(Call(do="release_address", give={"AllocationId": "=id"}),),
        replace=names("domain address customerOwnedIpv4Pool publicIpv4Pool networkBorderGroup ipamPoolId"),
        silent="quota of addresses (5 per region)",
    ),
    ec2_kind(
        "aws:ec2/natGateway:NatGateway",
        "natgateway",
        create=Call(do="create_nat_gateway", auto=True),
        id="=raw.NatGateway.NatGatewayId",
        read=Read(
            call=Call(do="describe_nat_gateways", give={"NatGatewayIds": ["=id"]}),
            found="NatGateways[?State!='deleted'] | [0]",
            outputs={
                "allocationId": "=found.NatGatewayAddresses[0].AllocationId",
                "publicIp": "=found.NatGatewayAddresses[0].PublicIp",
                "privateIp": "=found.NatGatewayAddresses[0].PrivateIp",
                "networkInterfaceId": "=found.NatGatewayAddresses[0].NetworkInterfaceId",
            },
        ),
        delete=(Call(do="delete_nat_gateway", give={"NatGatewayId": "=id"}),),
        replace=names("allocationId subnetId connectivityType privateIp vpcId availabilityMode"),
        defaults={"connectivityType": "public"},
        silent="that the subnet has a way to an internet gateway",
    ),
)
