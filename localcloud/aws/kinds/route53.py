"""Route 53: zones, records, health checks."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from localcloud.aws.model import Call, Kind, Read, Scope, Tags, names

_ROUTING: Final[Mapping[str, Callable[[Any], dict[str, Any]]]] = {
    "weightedRoutingPolicies": lambda each: {"Weight": each["weight"]},
    "failoverRoutingPolicies": lambda each: {"Failover": each["type"]},
    "latencyRoutingPolicies": lambda each: {"Region": each["region"]},
    "geolocationRoutingPolicies": lambda each: {
        "GeoLocation": {
            member: each[name]
            for name, member in (
                ("continent", "ContinentCode"),
                ("country", "CountryCode"),
                ("subdivision", "SubdivisionCode"),
            )
            if each.get(name)
        }
    },
}


def _tags(kind: str) -> Tags:
    which = {"ResourceType": kind, "ResourceId": "=id"}
    return Tags(
        tag=Call(do="change_tags_for_resource", give={**which, "AddTags": "=tags"}),
        untag=Call(do="change_tags_for_resource", give={**which, "RemoveTagKeys": "=keys"}),
        read=Call(do="list_tags_for_resource", give=which),
        found="ResourceTagSet.Tags",
    )


def _record_set(given: Any) -> dict[str, Any]:
    """The record as the API has it."""
    made: dict[str, Any] = {"Name": given["name"], "Type": given["type"]}
    if given.get("aliases"):
        alias = given["aliases"][0]
        made["AliasTarget"] = {
            "DNSName": alias["name"],
            "HostedZoneId": alias["zoneId"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    else:
        made["ResourceRecords"] = [{"Value": _quoted(each, given["type"])} for each in given.get("records") or ()]
        made["TTL"] = given.get("ttl")
    for name, policy in _ROUTING.items():
        for each in given.get(name) or ():
            made |= policy(each)
    for name, member in (("setIdentifier", "SetIdentifier"), ("healthCheckId", "HealthCheckId")):
        if given.get(name):
            made[member] = given[name]
    if given.get("multivalueAnswerRoutingPolicy"):
        made["MultiValueAnswer"] = True
    return {key: value for key, value in made.items() if value is not None}


def _quoted(value: str, kind: str) -> str:
    return f'"{value}"' if kind in ("TXT", "SPF") and not value.startswith('"') else value


def _change(action: str, of: str = "in") -> Any:
    def change(scope: Scope) -> Any:
        what = action
        if action == "CREATE" and scope["in"].get("allowOverwrite"):
            what = "UPSERT"
        return {"Changes": [{"Action": what, "ResourceRecordSet": _record_set(scope[of])}]}

    return change


def _found(scope: Scope) -> Any:
    given = scope["in"]
    wanted = str(given["name"]).rstrip(".").replace("*", "\\052")
    for each in scope["raw"]["ResourceRecordSets"]:
        name = each["Name"].rstrip(".").replace("*", "\\052")
        same_set = each.get("SetIdentifier") == (given.get("setIdentifier") or None)
        if (name, each["Type"]) == (wanted, given["type"]) and same_set:
            return each
    return None


def _records(scope: Scope) -> Any:
    found = [each["Value"] for each in scope["found"].get("ResourceRecords") or ()]
    given = scope["in"].get("records") or []
    return given if sorted(_quoted(each, scope["in"]["type"]) for each in given) == sorted(found) else found


def _weights(scope: Scope) -> Any:
    weight = scope["found"].get("Weight")
    return None if weight is None else [{"weight": weight}]


def _short(expression: str) -> Any:
    """The id at the end of a path such as /hostedzone/Z1."""
    member = expression.split(".")
    return lambda scope: scope["raw"][member[0]][member[1]].rsplit("/", 1)[-1]


def _once(scope: Scope) -> str:
    """AWS takes a reference once, even when what was made with it is gone."""
    return f"{scope['name'][:40]}-{secrets.token_hex(8)}"


_CHECK = {
    "fqdn": "FullyQualifiedDomainName",
    "enableSni": "EnableSNI",
    "ipAddress": "IPAddress",
    "invertHealthcheck": "Inverted",
    "childHealthThreshold": "HealthThreshold",
    "childHealthchecks": "ChildHealthChecks",
}


def _check_config(scope: Scope) -> dict[str, Any]:
    direct = names(
        "type port resourcePath searchString requestInterval failureThreshold measureLatency disabled regions"
    )
    given = {key: value for key, value in scope["in"].items() if key in direct or key in _CHECK}
    return {_CHECK.get(key, key[:1].upper() + key[1:]): value for key, value in given.items() if value is not None}


ROUTE53_KINDS = (
    Kind(
        token="aws:route53/zone:Zone",
        client="route53",
        create=Call(
            do="create_hosted_zone",
            give={
                "Name": "=in.name",
                "CallerReference": _once,
                "HostedZoneConfig": {"Comment": "=in.comment", "PrivateZone": "=in.vpcs && `true` || `false`"},
                "VPC": {
                    "VPCId": "=in.vpcs[0].vpcId",
                    "VPCRegion": "=in.vpcs[0].vpcId && (in.vpcs[0].vpcRegion || region)",
                },
            },
        ),
        id=_short("HostedZone.Id"),
        read=Read(
            call=Call(do="get_hosted_zone", give={"Id": "=id"}),
            auto=False,
            outputs={
                "name": lambda scope: scope["found"]["HostedZone"]["Name"].rstrip("."),
                "zoneId": "=id",
                "comment": "=found.HostedZone.Config.Comment",
                "arn": "=join('', ['arn:aws:route53:::hostedzone/', id])",
                "nameServers": "=found.DelegationSet.NameServers",
                "primaryNameServer": "=found.DelegationSet.NameServers[0]",
            },
        ),
        update=(
            Call(do="update_hosted_zone_comment", give={"Id": "=id", "Comment": "=in.comment"}, when=("comment",)),
        ),
        delete=(Call(do="delete_hosted_zone", give={"Id": "=id"}),),
        tags=_tags("hostedzone"),
        replace=names("name vpcs delegationSetId"),
        defaults={"comment": "Managed by Pulumi", "forceDestroy": False},
        ignored={"forceDestroy": "a wish about deletion"},
        autoname=("name", 255),
        unread=names("vpcs"),
        silent="no name is resolved",
    ),
    Kind(
        token="aws:route53/record:Record",
        client="route53",
        create=Call(
            do="change_resource_record_sets",
            give={"HostedZoneId": "=in.zoneId", "ChangeBatch": _change("CREATE")},
        ),
        id=lambda scope: "_".join(
            filter(None, (scope["in"].get(key) for key in ("zoneId", "name", "type", "setIdentifier")))
        ),
        read=Read(
            call=Call(
                do="list_resource_record_sets",
                give={
                    "HostedZoneId": "=in.zoneId",
                    "StartRecordName": "=in.name",
                    "StartRecordType": "=in.type",
                },
            ),
            found=_found,
            auto=False,
            outputs={
                "fqdn": lambda scope: scope["found"]["Name"].rstrip("."),
                "records": _records,
                "ttl": "=found.TTL",
                "setIdentifier": "=found.SetIdentifier",
                "healthCheckId": "=found.HealthCheckId",
                "weightedRoutingPolicies": _weights,
            },
        ),
        update=(
            Call(
                do="change_resource_record_sets",
                give={"HostedZoneId": "=in.zoneId", "ChangeBatch": _change("UPSERT")},
            ),
        ),
        delete=(
            Call(
                do="change_resource_record_sets",
                give={"HostedZoneId": "=in.zoneId", "ChangeBatch": _change("DELETE")},
                mends=("InvalidChangeBatch",),
            ),
        ),
        replace=names("zoneId name type setIdentifier"),
        ids=("zoneId", "name", "type"),
        between="_",
        sets=names("records"),
        also=frozenset(
            {"aliases", "records", "ttl", "allowOverwrite", "multivalueAnswerRoutingPolicy", "setIdentifier"}
            | {"healthCheckId", "name", "type", *_ROUTING}
        ),
        unread=names("aliases allowOverwrite"),
        silent="that an alias's target exists",
    ),
    Kind(
        token="aws:route53/healthCheck:HealthCheck",
        client="route53",
        create=Call(
            do="create_health_check",
            give={"CallerReference": _once, "HealthCheckConfig": _check_config},
        ),
        id="=raw.HealthCheck.Id",
        read=Read(
            call=Call(do="get_health_check", give={"HealthCheckId": "=id"}),
            found="HealthCheck.HealthCheckConfig",
            outputs={
                "arn": "=join('', ['arn:aws:route53:::healthcheck/', id])",
                "fqdn": "=found.FullyQualifiedDomainName",
                "invertHealthcheck": "=found.Inverted",
            },
        ),
        update=(
            Call(
                do="update_health_check",
                give=lambda scope: {
                    "HealthCheckId": scope["id"],
                    **{
                        key: value
                        for key, value in _check_config(scope).items()
                        if key not in ("Type", "RequestInterval", "MeasureLatency")
                    },
                },
            ),
        ),
        delete=(Call(do="delete_health_check", give={"HealthCheckId": "=id"}),),
        tags=_tags("healthcheck"),
        replace=names("type requestInterval measureLatency"),
        also=frozenset({*_CHECK, *names("type port resourcePath searchString requestInterval failureThreshold")})
        | names("measureLatency disabled regions"),
        sets=names("regions childHealthchecks"),
        silent="nothing is checked: a health check here never fails",
    ),
)
