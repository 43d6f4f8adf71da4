"""Types of AWS that get an id when they are made: how AWS is asked whether one was, and which (issue 6).

Where a name, or a place that only one can have, tells it, that is asked for. Everything else is told by our tags
(settings/names.py), with which it is made in one call, and by what else was asked for.
"""

from collections.abc import Mapping
from typing import Any, Final

from fleet.recovery.ec2_lookups import EC2_LOOKUPS
from fleet.recovery.lookup import GOING, Lookup


def _one(client: str, call: str, items: str, argument: str, *absent: str, input_: str = "name", **said: Any) -> Lookup:
    """Something that is asked for by its name, which one can have; `items` is its id."""
    in_list = said.pop("listed", False)
    return Lookup(
        client=client,
        call=call,
        given=lambda inputs: {argument: [inputs[input_]] if in_list else inputs[input_]},
        items=f"[{items}]",
        id=lambda item, _: str(item),
        absent=absent,
        **said,
    )


def _same(wanted: object, found: object) -> bool:
    return str(wanted).rstrip(".").lower() == str(found).rstrip(".").lower()


_CHECKED: Final = {
    "type": "Type",
    "fqdn": "FullyQualifiedDomainName",
    "port": "Port",
    "resourcePath": "ResourcePath",
    "requestInterval": "RequestInterval",
    "failureThreshold": "FailureThreshold",
}

LOOKUPS: Final[Mapping[str, Lookup]] = {
    **EC2_LOOKUPS,
    "aws:acm/certificate:Certificate": Lookup(
        client="acm",
        call="list_certificates",
        items="CertificateSummaryList",
        id=lambda item, _: str(item["CertificateArn"]),
        fits=lambda item, inputs: _same(inputs.get("domainName"), item["DomainName"]),
        tags="list_tags_for_certificate",
        tags_of=lambda item: {"CertificateArn": item["CertificateArn"]},
    ),
    "aws:budgets/budget:Budget": Lookup(
        client="sts",
        call="get_caller_identity",
        items="[@]",
        id=lambda item, inputs: f"{inputs.get('accountId') or item['Account']}:{inputs['name']}",
    ),
    "aws:cloudtrail/trail:Trail": Lookup(
        client="cloudtrail",
        call="describe_trails",
        given=lambda inputs: {"trailNameList": [inputs["name"]]},
        items="trailList",
        id=lambda item, _: str(item["TrailARN"]),
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": Lookup(
        client="eks",
        call="list_pod_identity_associations",
        given=lambda inputs: {key: inputs[key] for key in ("clusterName", "namespace", "serviceAccount")},
        items="associations",
        id=lambda item, _: f"{item['clusterName']},{item['associationId']}",
        known_as=lambda item, _: str(item["associationId"]),
        absent=("ResourceNotFoundException",),
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Lookup(
        client="iam",
        call="list_open_id_connect_providers",
        items="OpenIDConnectProviderList",
        id=lambda item, _: str(item["Arn"]),
        fits=lambda item, inputs: str(item["Arn"]).endswith(
            f":oidc-provider/{str(inputs['url']).removeprefix('https://')}"
        ),
    ),
    "aws:iam/policy:Policy": Lookup(
        client="iam",
        call="list_policies",
        given=lambda _: {"Scope": "Local"},
        items="Policies",
        id=lambda item, _: str(item["Arn"]),
        fits=lambda item, inputs: item["PolicyName"] == inputs["name"],
    ),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": _one(
        "firehose",
        "describe_delivery_stream",
        "DeliveryStreamDescription.DeliveryStreamARN",
        "DeliveryStreamName",
        "ResourceNotFoundException",
    ),
    "aws:kms/key:Key": Lookup(
        client="kms",
        call="list_keys",
        items="Keys",
        id=lambda item, _: str(item["KeyId"]),
        details=("describe_key", "KeyMetadata"),
        fits=lambda item, inputs: (
            item["KeyState"] not in GOING and item.get("Description") == (inputs.get("description") or "")
        ),
        tags="list_resource_tags",
        tags_of=lambda item: {"KeyId": item["KeyId"]},
    ),
    "aws:lb/listener:Listener": Lookup(
        client="elbv2",
        call="describe_listeners",
        given=lambda inputs: {"LoadBalancerArn": inputs["loadBalancerArn"]},
        items="Listeners",
        id=lambda item, _: str(item["ListenerArn"]),
        fits=lambda item, inputs: item.get("Port") == inputs.get("port"),
        absent=("LoadBalancerNotFound",),
    ),
    "aws:lb/listenerRule:ListenerRule": Lookup(
        client="elbv2",
        call="describe_rules",
        given=lambda inputs: {"ListenerArn": inputs["listenerArn"]},
        items="Rules",
        id=lambda item, _: str(item["RuleArn"]),
        fits=lambda item, inputs: str(item.get("Priority")) == str(inputs.get("priority")),
        absent=("ListenerNotFound",),
    ),
    "aws:lb/loadBalancer:LoadBalancer": _one(
        "elbv2",
        "describe_load_balancers",
        "LoadBalancers[0].LoadBalancerArn",
        "Names",
        "LoadBalancerNotFound",
        listed=True,
    ),
    "aws:lb/targetGroup:TargetGroup": _one(
        "elbv2", "describe_target_groups", "TargetGroups[0].TargetGroupArn", "Names", "TargetGroupNotFound", listed=True
    ),
    "aws:route53/healthCheck:HealthCheck": Lookup(
        client="route53",
        call="list_health_checks",
        items="HealthChecks",
        id=lambda item, _: str(item["Id"]),
        fits=lambda item, inputs: all(
            inputs.get(name) is None or _same(inputs[name], item["HealthCheckConfig"].get(member))
            for name, member in _CHECKED.items()
        ),
        tags="list_tags_for_resource",
        tags_of=lambda item: {"ResourceType": "healthcheck", "ResourceId": item["Id"]},
        untagged=True,
    ),
    "aws:route53/zone:Zone": Lookup(
        client="route53",
        call="list_hosted_zones",
        items="HostedZones",
        id=lambda item, _: str(item["Id"]).rsplit("/", 1)[-1],
        fits=lambda item, inputs: (
            _same(inputs["name"], item["Name"]) and item["Config"].get("Comment") == inputs.get("comment")
        ),
        tags="list_tags_for_resource",
        tags_of=lambda item: {"ResourceType": "hostedzone", "ResourceId": str(item["Id"]).rsplit("/", 1)[-1]},
        untagged=True,
    ),
    "aws:secretsmanager/secret:Secret": _one(
        "secretsmanager", "describe_secret", "!(DeletedDate) && ARN || `null`", "SecretId", "ResourceNotFoundException"
    ),
    "aws:sqs/queue:Queue": _one(
        "sqs",
        "get_queue_url",
        "QueueUrl",
        "QueueName",
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
    ),
    "aws:wafv2/webAcl:WebAcl": Lookup(
        client="wafv2",
        call="list_web_acls",
        given=lambda inputs: {"Scope": inputs["scope"]},
        items="WebACLs",
        id=lambda item, inputs: f"{item['Id']}/{item['Name']}/{inputs['scope']}",
        known_as=lambda item, _: str(item["Id"]),
        fits=lambda item, inputs: item["Name"] == inputs["name"],
    ),
}
"""Lookup by type."""
