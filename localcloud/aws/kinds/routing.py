"""Routes, endpoints and flow logs of a VPC."""

from typing import Any

from localcloud.aws.kinds.ec2 import arn, ec2_kind
from localcloud.aws.model import Call, Kind, Read, Scope, names

_DESTINATIONS = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
_DESTINATION = "(in.destinationCidrBlock || in.destinationIpv6CidrBlock || in.destinationPrefixListId)"


def _route(scope: Scope) -> Any:
    """The route of the scope's destination in the table that was read."""
    wanted = {scope["in"].get(name) for name in _DESTINATIONS} - {None}
    members = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    routes = scope["raw"]["RouteTables"][0]["Routes"] if scope["raw"].get("RouteTables") else []
    return next((route for route in routes if wanted & {route.get(member) for member in members}), None)


def _association(scope: Scope) -> str:
    """The id of an association that is named by its subnet and its table."""
    subnet, between, table = str(scope["id"]).partition("/")
    if not between:
        return subnet
    given = {"Filters": [{"Name": "association.subnet-id", "Values": [subnet]}]}
    tables = scope["session"].call("ec2", "describe_route_tables", given, scope["region"])["RouteTables"]
    found = (one for each in tables if each["RouteTableId"] == table for one in each["Associations"])
    return next((one["RouteTableAssociationId"] for one in found if one.get("SubnetId") == subnet), str(scope["id"]))


_RENAME = {"egressOnlyGatewayId": "EgressOnlyInternetGatewayId", "vpcEndpointId": "VpcEndpointId"}

ROUTING_KINDS = (
    ec2_kind(
        "aws:ec2/routeTable:RouteTable",
        "route-table",
        create=Call(do="create_route_table", auto=True),
        id="=raw.RouteTable.RouteTableId",
        read=Read(
            call=Call(do="describe_route_tables", give={"RouteTableIds": ["=id"]}),
            found="RouteTables[0]",
            outputs={"arn": arn("ec2", "route-table/"), "routes": "=`null`"},
        ),
        delete=(Call(do="delete_route_table", give={"RouteTableId": "=id"}),),
        replace=names("vpcId"),
    ),
    Kind(
        token="aws:ec2/route:Route",
        client="ec2",
        create=Call(do="create_route", auto=True, rename=_RENAME),
        id=f"=join('_', [in.routeTableId, {_DESTINATION}])",
        read=Read(
            call=Call(do="describe_route_tables", give={"RouteTableIds": ["=in.routeTableId"]}),
            found=_route,
        ),
        update=(Call(do="replace_route", auto=True, rename=_RENAME),),
        delete=(
            Call(
                do="delete_route",
                give={
                    "RouteTableId": "=in.routeTableId",
                    "DestinationCidrBlock": "=in.destinationCidrBlock",
                    "DestinationIpv6CidrBlock": "=in.destinationIpv6CidrBlock",
                    "DestinationPrefixListId": "=in.destinationPrefixListId",
                },
            ),
        ),
        ids=("routeTableId", "destinationCidrBlock"),
        between="_",
        replace=frozenset({"routeTableId", *_DESTINATIONS}),
        silent="that a target lies in the same VPC",
    ),
    Kind(
        token="aws:ec2/routeTableAssociation:RouteTableAssociation",
        client="ec2",
        create=Call(do="associate_route_table", auto=True),
        id="=raw.AssociationId",
        imported=_association,
        read=Read(
            call=Call(
                do="describe_route_tables",
                give={"Filters": [{"Name": "association.route-table-association-id", "Values": ["=id"]}]},
            ),
            found="RouteTables[0].Associations",
            auto=False,
            outputs={
                "routeTableId": "=raw.RouteTables[0].RouteTableId",
                "subnetId": "=in.subnetId || found[0].SubnetId",
            },
        ),
        update=(
            Call(
                do="replace_route_table_association", give={"AssociationId": "=id", "RouteTableId": "=in.routeTableId"}
            ),
        ),
        delete=(Call(do="disassociate_route_table", give={"AssociationId": "=id"}),),
        replace=names("subnetId gatewayId routeTableId"),
    ),
    ec2_kind(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "vpc-endpoint",
        create=Call(do="create_vpc_endpoint", auto=True, rename={"policy": "PolicyDocument"}),
        id="=raw.VpcEndpoint.VpcEndpointId",
        read=Read(
            call=Call(do="describe_vpc_endpoints", give={"VpcEndpointIds": ["=id"]}),
            found="VpcEndpoints[?State!='deleted'] | [0]",
            outputs={
                "arn": arn("ec2", "vpc-endpoint/"),
                "policy": "=found.PolicyDocument",
                "securityGroupIds": "=found.Groups[].GroupId || found.SecurityGroupIds",
            },
        ),
        update=(
            Call(
                do="modify_vpc_endpoint",
                give={"VpcEndpointId": "=id", "PolicyDocument": "=in.policy"},
                when=("policy",),
            ),
            Call(
                do="modify_vpc_endpoint",
                give={"VpcEndpointId": "=id", "PrivateDnsEnabled": "=in.privateDnsEnabled"},
                when=("privateDnsEnabled",),
            ),
            Call(
                do="modify_vpc_endpoint",
                give={"VpcEndpointId": "=id", "AddSubnetIds": "=in.subnetIds"},
                when=("subnetIds",),
            ),
            Call(
                do="modify_vpc_endpoint",
                give={"VpcEndpointId": "=id", "AddRouteTableIds": "=in.routeTableIds"},
                when=("routeTableIds",),
            ),
        ),
        delete=(Call(do="delete_vpc_endpoints", give={"VpcEndpointIds": ["=id"]}),),
        replace=names("vpcId serviceName vpcEndpointType securityGroupIds ipAddressType serviceRegion"),
        defaults={"vpcEndpointType": "Gateway"},
        documents=names("policy"),
        sets=names("subnetIds securityGroupIds routeTableIds"),
        unread=names("securityGroupIds privateDnsEnabled"),
        silent="that the service exists in the region; other security groups make a new endpoint, not so on AWS",
    ),
    ec2_kind(
        "aws:ec2/flowLog:FlowLog",
        "vpc-flow-log",
        create=Call(
            do="create_flow_logs",
            auto=True,
            give={
                "ResourceIds": ["=in.vpcId || in.subnetId || in.eniId || in.transitGatewayId"],
                "ResourceType": "=in.vpcId && 'VPC' || in.subnetId && 'Subnet' || in.eniId && 'NetworkInterface'",
                "DeliverLogsPermissionArn": "=in.iamRoleArn",
            },
        ),
        id="=raw.FlowLogIds[0]",
        read=Read(
            call=Call(do="describe_flow_logs", give={"FlowLogIds": ["=id"]}),
            found="FlowLogs[0]",
            outputs={"arn": arn("ec2", "vpc-flow-log/"), "iamRoleArn": "=found.DeliverLogsPermissionArn"},
        ),
        delete=(Call(do="delete_flow_logs", give={"FlowLogIds": ["=id"]}),),
        replace=names(
            "vpcId subnetId eniId transitGatewayId trafficType logDestination logDestinationType "
            "logFormat iamRoleArn maxAggregationInterval destinationOptions deliverCrossAccountRole"
        ),
        defaults={"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600},
        unread=names("destinationOptions"),
        silent="that the role may write to the log group",
    ),
)
