"""Load balancers and their target groups."""

from typing import Any

from localcloud.aws.model import Call, Kind, Read, Scope, Tags, names

_ATTRIBUTES = {
    "clientKeepAlive": "client_keep_alive.seconds",
    "desyncMitigationMode": "routing.http.desync_mitigation_mode",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableHttp2": "routing.http2.enabled",
    "enableWafFailOpen": "waf.fail_open.enabled",
    "idleTimeout": "idle_timeout.timeout_seconds",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
    "xffHeaderProcessingMode": "routing.http.xff_header_processing.mode",
}
_OF_TARGETS = {
    "deregistrationDelay": "deregistration_delay.timeout_seconds",
    "slowStart": "slow_start.duration_seconds",
    "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
    "preserveClientIp": "preserve_client_ip.enabled",
}
_CHECK = {
    "enabled": "HealthCheckEnabled",
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "interval": "HealthCheckIntervalSeconds",
    "timeout": "HealthCheckTimeoutSeconds",
    "healthyThreshold": "HealthyThresholdCount",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}
_ARN = {"LoadBalancerArn": "=id"}


def _pairs(table: dict[str, str]) -> Any:
    """Inputs that are attributes, as the API's list of texts."""

    def pairs(scope: Scope) -> Any:
        given = {table[name]: scope["in"][name] for name in table if scope["in"].get(name) is not None}
        return [
            {"Key": key, "Value": str(value).lower() if isinstance(value, bool) else str(value)}
            for key, value in given.items()
        ] or None

    return pairs


def _attribute(key: str) -> Any:
    def read(scope: Scope) -> Any:
        text = next((each["Value"] for each in scope["found"] if each["Key"] == key), None)
        return text == "true" if text in ("true", "false") else text

    return read


def _suffix(scope: Scope) -> str:
    return str(scope["id"]).split(":", 5)[5].removeprefix("loadbalancer/")


def _health_check(scope: Scope) -> dict[str, Any]:
    check = scope["in"].get("healthCheck") or {}
    made = {_CHECK[name]: value for name, value in check.items() if name in _CHECK and value is not None}
    return made | ({"Matcher": {"HttpCode": check["matcher"]}} if check.get("matcher") else {})


def _target_group(scope: Scope) -> dict[str, Any]:
    given = scope["in"]
    plain = {
        "Name": given["name"],
        "Protocol": given.get("protocol"),
        "ProtocolVersion": given.get("protocolVersion"),
        "Port": given.get("port"),
        "VpcId": given.get("vpcId"),
        "TargetType": given.get("targetType"),
        "IpAddressType": given.get("ipAddressType"),
    }
    return {**{key: value for key, value in plain.items() if value is not None}, **_health_check(scope)}


def elb_tags(found: str = "TagDescriptions[0].Tags") -> Tags:
    return Tags(
        create="Tags",
        tag=Call(do="add_tags", give={"ResourceArns": ["=id"], "Tags": "=tags"}),
        untag=Call(do="remove_tags", give={"ResourceArns": ["=id"], "TagKeys": "=keys"}),
        read=Call(do="describe_tags", give={"ResourceArns": ["=id"]}),
        found=found,
    )


def lb_kind(token: str, **said: Any) -> Kind:
    """A type of Elastic Load Balancing."""
    return Kind(token=f"aws:lb/{token}", client="elbv2", tags=elb_tags(), **said)


ELBV2_KINDS = (
    lb_kind(
        "loadBalancer:LoadBalancer",
        create=Call(
            do="create_load_balancer",
            auto=True,
            rename={"loadBalancerType": "Type"},
            give={"Scheme": "=in.internal && 'internal' || 'internet-facing'"},
        ),
        id="=raw.LoadBalancers[0].LoadBalancerArn",
        ids=("arn",),
        between="\n",
        read=Read(
            call=Call(do="describe_load_balancers", give={"LoadBalancerArns": ["=id"]}),
            found="LoadBalancers[0]",
            outputs={
                "arn": "=id",
                "arnSuffix": _suffix,
                "name": "=found.LoadBalancerName",
                "zoneId": "=found.CanonicalHostedZoneId",
                "loadBalancerType": "=found.Type",
                "internal": "=found.Scheme == 'internal'",
                "subnets": "=found.AvailabilityZones[].SubnetId",
            },
        ),
        more=(
            Read(
                call=Call(do="describe_load_balancer_attributes", give=_ARN),
                found="Attributes",
                auto=False,
                outputs={name: _attribute(key) for name, key in _ATTRIBUTES.items()},
            ),
        ),
        then=(
            Call(
                do="modify_load_balancer_attributes",
                give={**_ARN, "Attributes": _pairs(_ATTRIBUTES)},
                only=_pairs(_ATTRIBUTES),
                when=tuple(_ATTRIBUTES),
            ),
        ),
        update=(
            Call(
                do="set_security_groups",
                give={**_ARN, "SecurityGroups": "=in.securityGroups"},
                when=("securityGroups",),
            ),
            Call(do="set_subnets", give={**_ARN, "Subnets": "=in.subnets"}, when=("subnets",)),
        ),
        delete=(Call(do="delete_load_balancer", give=_ARN),),
        replace=names("name namePrefix internal loadBalancerType customerOwnedIpv4Pool"),
        defaults={"loadBalancerType": "application", "internal": False},
        autoname=("name", 32),
        sets=names("subnets securityGroups"),
        also=frozenset(_ATTRIBUTES),
        silent="no packet is balanced; subnets without a way out are accepted",
    ),
    lb_kind(
        "targetGroup:TargetGroup",
        create=Call(do="create_target_group", give=_target_group),
        id="=raw.TargetGroups[0].TargetGroupArn",
        ids=("arn",),
        between="\n",
        read=Read(
            call=Call(do="describe_target_groups", give={"TargetGroupArns": ["=id"]}),
            found="TargetGroups[0]",
            outputs={
                "arn": "=id",
                "arnSuffix": lambda scope: str(scope["id"]).split(":", 5)[5],
                "name": "=found.TargetGroupName",
                "healthCheck": lambda scope: (
                    {name: scope["found"].get(member) for name, member in _CHECK.items()}
                    | {"matcher": (scope["found"].get("Matcher") or {}).get("HttpCode")}
                ),
            },
        ),
        more=(
            Read(
                call=Call(do="describe_target_group_attributes", give={"TargetGroupArn": "=id"}),
                found="Attributes",
                auto=False,
                outputs={name: _attribute(key) for name, key in _OF_TARGETS.items()},
            ),
        ),
        then=(
            Call(
                do="modify_target_group_attributes",
                give={"TargetGroupArn": "=id", "Attributes": _pairs(_OF_TARGETS)},
                only=_pairs(_OF_TARGETS),
                when=tuple(_OF_TARGETS),
            ),
        ),
        update=(
            Call(
                do="modify_target_group",
                give=lambda scope: {"TargetGroupArn": scope["id"], **_health_check(scope)},
                when=("healthCheck",),
            ),
        ),
        delete=(Call(do="delete_target_group", give={"TargetGroupArn": "=id"}),),
        replace=names("name namePrefix port protocol protocolVersion vpcId targetType ipAddressType"),
        defaults={"targetType": "instance"},
        autoname=("name", 32),
        also=names("name port protocol protocolVersion vpcId targetType ipAddressType healthCheck")
        | frozenset(_OF_TARGETS),
        silent="the health of targets",
    ),
)
