"""Data sources: questions to the local AWS, and the one that only computes."""

import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from localcloud.aws.provider.session import AwsError, Session

Answer = dict[str, Any]

_PARTITION: Final = {"partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}


def invoke(token: str, given: Mapping[str, Any], session: Session) -> Answer:
    """The answer of a data source. Raises AwsError, and KeyError for one that is not in FUNCTIONS."""
    return FUNCTIONS[token](given, session)


def _caller_identity(_given: Mapping[str, Any], session: Session) -> Answer:
    found = session.call("sts", "get_caller_identity", {})
    return {"id": found["Account"], "accountId": found["Account"], "arn": found["Arn"], "userId": found["UserId"]}


def _partition(_given: Mapping[str, Any], _session: Session) -> Answer:
    return {"id": _PARTITION["partition"], **_PARTITION}


def _region(given: Mapping[str, Any], session: Session) -> Answer:
    name = str(given.get("region") or given.get("name") or session.settings.region)
    found = session.call("ec2", "describe_regions", {"RegionNames": [name]})["Regions"][0]
    return {"id": name, "name": name, "region": name, "endpoint": found["Endpoint"], "description": name}


def _availability_zones(given: Mapping[str, Any], session: Session) -> Answer:
    region = str(given.get("region") or session.settings.region)
    filters = [{"Name": each["name"], "Values": each["values"]} for each in given.get("filters") or ()]
    found = session.call("ec2", "describe_availability_zones", {"Filters": filters} if filters else {}, region)
    zones = [
        zone
        for zone in found["AvailabilityZones"]
        if given.get("state") in (None, zone["State"])
        and zone["ZoneName"] not in (given.get("excludeNames") or ())
        and zone["ZoneId"] not in (given.get("excludeZoneIds") or ())
    ]
    return {
        "id": region,
        "region": region,
        "names": [zone["ZoneName"] for zone in zones],
        "zoneIds": [zone["ZoneId"] for zone in zones],
        "groupNames": sorted({zone.get("GroupName") or region for zone in zones}),
    }


def _policy_document(given: Mapping[str, Any], _session: Session) -> Answer:
    """As the official one: members in its order, one string instead of a list of one."""
    statements: dict[str, Any] = {}
    for text in given.get("sourcePolicyDocuments") or ():
        _merge(statements, json.loads(text).get("Statement", []))
    _merge(statements, [_statement(each) for each in given.get("statements") or ()])
    for text in given.get("overridePolicyDocuments") or ():
        _merge(statements, json.loads(text).get("Statement", []))
    document = {"Version": given.get("version") or "2012-10-17"}
    if given.get("policyId"):
        document["Id"] = given["policyId"]
    made = {**document, "Statement": list(statements.values())}
    text = json.dumps(made, indent=2)
    return {"id": str(zlib.crc32(text.encode())), "json": text, "minifiedJson": json.dumps(made, separators=(",", ":"))}


def _merge(statements: dict[str, Any], more: Any) -> None:
    for each in more if isinstance(more, list) else [more]:
        statements[each.get("Sid") or f"#{len(statements)}"] = each


def _statement(given: Mapping[str, Any]) -> Answer:
    made: Answer = {"Sid": given["sid"]} if given.get("sid") else {}
    made["Effect"] = given.get("effect") or "Allow"
    for name, member in (("actions", "Action"), ("notActions", "NotAction")):
        if given.get(name):
            made[member] = _one_or_many(given[name])
    for name, member in (("resources", "Resource"), ("notResources", "NotResource")):
        if given.get(name):
            made[member] = _one_or_many(given[name])
    for name, member in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if given.get(name):
            made[member] = _principals(given[name])
    if given.get("conditions"):
        conditions: dict[str, dict[str, Any]] = {}
        for each in given["conditions"]:
            conditions.setdefault(each["test"], {})[each["variable"]] = _one_or_many(each["values"])
        made["Condition"] = conditions
    return made


def _principals(given: list[Mapping[str, Any]]) -> Any:
    if any(each["type"] == "*" for each in given):
        return "*"
    return {each["type"]: _one_or_many(each["identifiers"]) for each in given}


def _one_or_many(values: list[str]) -> Any:
    return values[0] if len(values) == 1 else sorted(values)


def _parameter(given: Mapping[str, Any], session: Session) -> Answer:
    name = str(given["name"])
    region = str(given.get("region") or "")
    found = session.call("ssm", "get_parameter", {"Name": name, "WithDecryption": True}, region)["Parameter"]
    return {
        "id": name,
        "name": name,
        "arn": found.get("ARN"),
        "type": found["Type"],
        "value": found["Value"],
        "insecureValue": found["Value"],
        "version": found.get("Version"),
    }


def _ami(given: Mapping[str, Any], session: Session) -> Answer:
    filters = [{"Name": each["name"], "Values": each["values"]} for each in given.get("filters") or ()]
    asked: Answer = {"Filters": filters, "Owners": given.get("owners") or []}
    found = session.call("ec2", "describe_images", {key: value for key, value in asked.items() if value})["Images"]
    if not found:
        raise AwsError("no image fits; moto knows the images of its own list only", "NotFound")
    if len(found) > 1 and not given.get("mostRecent"):
        raise AwsError(f"{len(found)} images fit; ask for the mostRecent or for fewer", "Ambiguous")
    image = max(found, key=lambda each: str(each.get("CreationDate", "")))
    return {
        "id": image["ImageId"],
        "imageId": image["ImageId"],
        "name": image.get("Name"),
        "architecture": image.get("Architecture"),
        "arn": f"arn:aws:ec2:{session.settings.region}::image/{image['ImageId']}",
        "creationDate": image.get("CreationDate"),
        "ownerId": image.get("OwnerId"),
        "rootDeviceName": image.get("RootDeviceName"),
    }


FUNCTIONS: Final[Mapping[str, Callable[[Mapping[str, Any], Session], Answer]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    "aws:ssm/getParameter:getParameter": _parameter,
    "aws:ec2/getAmi:getAmi": _ami,
}
"""Each by its token."""
