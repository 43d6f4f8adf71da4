"""How EC2 is asked for what gets an id when it is made."""

from collections.abc import Mapping
from typing import Any, Final

from fleet.recovery.aws_types import Inputs
from fleet.recovery.lookup import GOING, Item, Lookup


def _ec2(call: str, items: str, member: str, *, filters: str = "Filters", tagged: bool = True, **by: str) -> Lookup:
    """Something of EC2, by AWS's filters. by: filters, hyphens written as underscores, and the inputs they take."""

    def given(inputs: Inputs) -> dict[str, Any]:
        wanted = [
            {"Name": name.replace("_", "-"), "Values": [str(inputs[key])]}
            for name, key in by.items()
            if inputs.get(key) is not None
        ]
        return {filters: wanted} if wanted else {}

    return Lookup(
        client="ec2",
        call=call,
        given=given,
        items=items,
        id=lambda item, _: str(item[member]),
        fits=lambda item, _: str(item.get("State", "")) not in GOING,
        tags="Tags" if tagged else "",
    )


def _rules(*, egress: bool) -> Lookup:
    sources = {"cidrIpv4": "CidrIpv4", "cidrIpv6": "CidrIpv6", "prefixListId": "PrefixListId"}

    def fits(item: Item, inputs: Inputs) -> bool:
        same = all(item.get(member) == inputs.get(name) for name, member in sources.items())
        other = (item.get("ReferencedGroupInfo") or {}).get("GroupId")
        members = {"fromPort": "FromPort", "toPort": "ToPort"}
        ports = all(inputs.get(name) in (None, item.get(member)) for name, member in members.items())
        return (
            item.get("IsEgress") is egress
            and same
            and ports
            and other == inputs.get("referencedSecurityGroupId")
            and item.get("IpProtocol") == inputs.get("ipProtocol")
        )

    # AWS itself refuses a second rule of the same source and ports.
    return Lookup(
        client="ec2",
        call="describe_security_group_rules",
        given=lambda inputs: {"Filters": [{"Name": "group-id", "Values": [inputs["securityGroupId"]]}]},
        items="SecurityGroupRules",
        id=lambda item, _: str(item["SecurityGroupRuleId"]),
        fits=fits,
    )


EC2_LOOKUPS: Final[Mapping[str, Lookup]] = {
    "aws:ec2/eip:Eip": _ec2("describe_addresses", "Addresses", "AllocationId"),
    "aws:ec2/flowLog:FlowLog": _ec2(
        "describe_flow_logs", "FlowLogs", "FlowLogId", filters="Filter", resource_id="vpcId"
    ),
    "aws:ec2/internetGateway:InternetGateway": _ec2(
        "describe_internet_gateways", "InternetGateways", "InternetGatewayId"
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": Lookup(
        client="ec2",
        call="describe_launch_templates",
        given=lambda inputs: {"LaunchTemplateNames": [inputs["name"]]},
        items="LaunchTemplates",
        id=lambda item, _: str(item["LaunchTemplateId"]),
        absent=("InvalidLaunchTemplateName.NotFoundException",),
    ),
    "aws:ec2/natGateway:NatGateway": _ec2(
        "describe_nat_gateways", "NatGateways", "NatGatewayId", filters="Filter", subnet_id="subnetId"
    ),
    "aws:ec2/routeTable:RouteTable": _ec2("describe_route_tables", "RouteTables", "RouteTableId", vpc_id="vpcId"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Lookup(
        client="ec2",
        call="describe_route_tables",
        given=lambda inputs: {"Filters": [{"Name": "association.subnet-id", "Values": [inputs["subnetId"]]}]},
        items="RouteTables",
        id=lambda _, inputs: f"{inputs['subnetId']}/{inputs['routeTableId']}",
        known_as=lambda item, inputs: next(
            str(each["RouteTableAssociationId"])
            for each in item["Associations"]
            if each.get("SubnetId") == inputs["subnetId"]
        ),
        fits=lambda item, inputs: item["RouteTableId"] == inputs["routeTableId"],
    ),
    # A VPC has one group of a name.
    "aws:ec2/securityGroup:SecurityGroup": _ec2(
        "describe_security_groups", "SecurityGroups", "GroupId", tagged=False, vpc_id="vpcId", group_name="name"
    ),
    "aws:ec2/subnet:Subnet": _ec2(
        "describe_subnets", "Subnets", "SubnetId", tagged=False, vpc_id="vpcId", cidr_block="cidrBlock"
    ),
    "aws:ec2/vpc:Vpc": _ec2("describe_vpcs", "Vpcs", "VpcId", cidr="cidrBlock"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _ec2(
        "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", vpc_id="vpcId", service_name="serviceName"
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _rules(egress=True),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _rules(egress=False),
}
"""Lookup by type."""
