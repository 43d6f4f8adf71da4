"""Load balancers, their target groups, listeners and rules."""

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


def _tags(found: str = "TagDescriptions[0].Tags") -> Tags:
    return Tags(
        create="Tags",
        tag=Call(do="add_tags", give={"ResourceArns": ["=id"], "Tags": "=tags"}),
        untag=Call(do="remove_tags", give={"ResourceArns": ["=id"], "TagKeys": "=keys"}),
        read=Call(do="describe_tags", give={"ResourceArns": ["=id"]}),
        found=found,
    )


def _actions(name: str) -> dict[str, str]:
    """How the API calls what an action has."""
    return {
        f"{name}.redirect": "RedirectConfig",
        f"{name}.fixedResponse": "FixedResponseConfig",
        f"{name}.forward": "ForwardConfig",
        f"{name}.forward.stickiness": "TargetGroupStickinessConfig",
        f"{name}.forward.targetGroups.arn": "TargetGroupArn",
    }


def _condition(given: Any) -> dict[str, Any]:
    fields = {
        "hostHeader": ("host-header", "HostHeaderConfig"),
        "pathPattern": ("path-pattern", "PathPatternConfig"),
        "httpHeader": ("http-header", "HttpHeaderConfig"),
        "httpRequestMethod": ("http-request-method", "HttpRequestMethodConfig"),
        "sourceIp": ("source-ip", "SourceIpConfig"),
    }
    name = next(each for each in fields if given.get(each))
    field, member = fields[name]
    return {"Field": field, member: given[name]}


_CERTIFICATES = "=in.certificateArn && [{CertificateArn: in.certificateArn}] || `null`"


def _kind(token: str, **said: Any) -> Kind:
    return Kind(token=f"aws:lb/{token}", client="elbv2", tags=_tags(), **said)


ELBV2_KINDS = (
    _kind(
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
    _kind(
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
    _kind(
        "listener:Listener",
        create=Call(
            do="create_listener", auto=True, rename=_actions("defaultActions"), give={"Certificates": _CERTIFICATES}
        ),
        id="=raw.Listeners[0].ListenerArn",
        ids=("arn",),
        between="\n",
        read=Read(
            call=Call(do="describe_listeners", give={"ListenerArns": ["=id"]}),
            found="Listeners[0]",
            outputs={
                "arn": "=id",
                "certificateArn": "=found.Certificates[0].CertificateArn",
                "defaultActions": "=in.defaultActions",
            },
        ),
        update=(
            Call(
                do="modify_listener",
                auto=True,
                rename={**_actions("defaultActions"), "loadBalancerArn": ""},
                give={"ListenerArn": "=id", "Certificates": _CERTIFICATES},
            ),
        ),
        delete=(Call(do="delete_listener", give={"ListenerArn": "=id"}),),
        replace=names("loadBalancerArn"),
        defaults={},
        silent="that the certificate fits; actions changed by hand are not noticed",
    ),
    _kind(
        "listenerRule:ListenerRule",
        create=Call(
            do="create_rule",
            auto=True,
            rename={**_actions("actions"), "conditions": ""},
            give={"Conditions": lambda scope: [_condition(each) for each in scope["in"]["conditions"]]},
        ),
        id="=raw.Rules[0].RuleArn",
        ids=("arn",),
        between="\n",
        read=Read(
            call=Call(do="describe_rules", give={"RuleArns": ["=id"]}),
            found="Rules[0]",
            outputs={"arn": "=id", "actions": "=in.actions", "conditions": "=in.conditions"},
        ),
        update=(
            Call(
                do="modify_rule",
                auto=True,
                rename={**_actions("actions"), "conditions": "", "priority": ""},
                give={
                    "RuleArn": "=id",
                    "Conditions": lambda scope: [_condition(each) for each in scope["in"]["conditions"]],
                },
                when=("actions", "conditions"),
            ),
            Call(
                do="set_rule_priorities",
                give={"RulePriorities": [{"RuleArn": "=id", "Priority": "=in.priority"}]},
                when=("priority",),
            ),
        ),
        delete=(Call(do="delete_rule", give={"RuleArn": "=id"}),),
        replace=names("listenerArn"),
        also=names("conditions"),
        silent="actions and conditions changed by hand are not noticed",
    ),
)
