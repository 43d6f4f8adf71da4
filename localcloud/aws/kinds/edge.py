"""What stands before a load balancer: WAF's web ACLs, and certificates of ACM."""

from typing import Any

from localcloud.aws.model import Call, Kind, Read, Scope, Tags, names

_ACL = {"Name": "=in.name", "Scope": "=in.scope", "Id": "=id"}
_RENAME = {"name": "Name"}


def _statement(given: Any) -> Any:
    """A statement as the API has it: `not` has one statement there, and search strings are bytes."""
    if isinstance(given, list):
        return [_statement(each) for each in given]
    if not isinstance(given, dict):
        return given
    made: dict[str, Any] = {}
    for key, value in given.items():
        if key == "notStatement":
            made["NotStatement"] = {"Statement": _statement(value["statements"][0])}
        elif key == "searchString":
            made["SearchString"] = str(value).encode()
        else:
            made[key] = _statement(value)
    return made


def _rules(scope: Scope) -> Any:
    return _statement(scope["in"].get("rules") or [])


_CONTENT = {
    "DefaultAction": "=in.defaultAction",
    "VisibilityConfig": "=in.visibilityConfig",
    "Description": "=in.description",
    "Rules": _rules,
}
_PUT_LOGGING = Call(
    do="put_logging_configuration",
    give={
        "LoggingConfiguration": {
            "ResourceArn": "=in.resourceArn",
            "LogDestinationConfigs": "=in.logDestinationConfigs",
            "RedactedFields": "=in.redactedFields",
        }
    },
)
_CERTIFICATE = {"CertificateArn": "=id"}

EDGE_KINDS = (
    Kind(
        token="aws:wafv2/webAcl:WebAcl",
        client="wafv2",
        create=Call(do="create_web_acl", give={"Name": "=in.name", "Scope": "=in.scope", **_CONTENT}),
        id="=raw.Summary.Id",
        imported=lambda scope: str(scope["id"]).partition("/")[0],
        read=Read(
            call=Call(do="get_web_acl", give=_ACL),
            found="WebACL",
            outputs={
                "arn": "=found.ARN",
                "lockToken": "=raw.LockToken",
                "rules": "=in.rules",
                "defaultAction": "=in.defaultAction || found.DefaultAction",
            },
        ),
        update=(
            Call(do="get_web_acl", give=_ACL),
            Call(do="update_web_acl", give={**_ACL, **_CONTENT, "LockToken": "=raw.LockToken"}),
        ),
        delete=(
            Call(do="get_web_acl", give=_ACL),
            Call(do="delete_web_acl", give={**_ACL, "LockToken": "=raw.LockToken"}, only="=raw.LockToken"),
        ),
        tags=Tags(
            create="Tags",
            tag=Call(do="tag_resource", give={"ResourceARN": "=state.arn || found.ARN", "Tags": "=tags"}),
            untag=Call(do="untag_resource", give={"ResourceARN": "=state.arn || found.ARN", "TagKeys": "=keys"}),
            read=Call(do="list_tags_for_resource", give={"ResourceARN": "=found.ARN"}),
            found="TagInfoForResource.TagList",
        ),
        replace=names("name namePrefix scope"),
        autoname=("name", 128),
        also=names("rules"),
        silent="capacity; the grammar of rules beside their form; rules changed by hand are not noticed; no import",
    ),
    Kind(
        token="aws:wafv2/webAclAssociation:WebAclAssociation",
        client="wafv2",
        create=Call(do="associate_web_acl", auto=True),
        id="=join(',', [in.webAclArn, in.resourceArn])",
        ids=("webAclArn", "resourceArn"),
        between=",",
        read=Read(
            call=Call(do="get_web_acl_for_resource", give={"ResourceArn": "=in.resourceArn"}),
            found="WebACL",
            auto=False,
            outputs={"webAclArn": "=found.ARN", "resourceArn": "=in.resourceArn"},
        ),
        delete=(Call(do="disassociate_web_acl", give={"ResourceArn": "=in.resourceArn"}),),
        replace=names("webAclArn resourceArn"),
        silent="no request is looked at",
    ),
    Kind(
        token="aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        client="wafv2",
        create=_PUT_LOGGING,
        id="=in.resourceArn",
        ids=("resourceArn",),
        between="\n",
        read=Read(
            call=Call(do="get_logging_configuration", give={"ResourceArn": "=in.resourceArn"}),
            found="LoggingConfiguration",
            outputs={"redactedFields": "=in.redactedFields"},
        ),
        update=(_PUT_LOGGING,),
        delete=(Call(do="delete_logging_configuration", give={"ResourceArn": "=in.resourceArn"}),),
        replace=names("resourceArn"),
        sets=names("logDestinationConfigs redactedFields"),
        silent="that the log group's name begins with aws-waf-logs-",
    ),
    Kind(
        token="aws:acm/certificate:Certificate",
        client="acm",
        create=Call(do="request_certificate", auto=True),
        id="=raw.CertificateArn",
        ids=("arn",),
        between="\n",
        read=Read(
            call=Call(do="describe_certificate", give=_CERTIFICATE),
            found="Certificate",
            outputs={
                "arn": "=id",
                "subjectAlternativeNames": "=in.subjectAlternativeNames || found.SubjectAlternativeNames",
                "validationMethod": "=in.validationMethod || found.DomainValidationOptions[0].ValidationMethod",
                "domainValidationOptions": "=found.DomainValidationOptions[].{domainName: DomainName, "
                "resourceRecordName: ResourceRecord.Name, resourceRecordType: ResourceRecord.Type, "
                "resourceRecordValue: ResourceRecord.Value}",
                "status": "=found.Status",
            },
        ),
        delete=(Call(do="delete_certificate", give=_CERTIFICATE),),
        tags=Tags(
            create="Tags",
            tag=Call(do="add_tags_to_certificate", give={**_CERTIFICATE, "Tags": "=tags"}),
            untag=Call(do="remove_tags_from_certificate", give={**_CERTIFICATE, "Tags": "=keys[].{Key: @}"}),
            read=Call(do="list_tags_for_certificate", give=_CERTIFICATE),
        ),
        replace=names(
            "domainName subjectAlternativeNames validationMethod keyAlgorithm certificateAuthorityArn options"
        ),
        sets=names("subjectAlternativeNames"),
        silent="that anybody owns the name; the key is nobody's",
    ),
    Kind(
        token="aws:acm/certificateValidation:CertificateValidation",
        client="acm",
        create=Call(do="describe_certificate", give={"CertificateArn": "=in.certificateArn"}),
        id="=in.certificateArn",
        read=Read(
            call=Call(do="describe_certificate", give={"CertificateArn": "=in.certificateArn"}),
            found="Certificate",
            auto=False,
            outputs={"certificateArn": "=in.certificateArn"},
        ),
        replace=names("certificateArn validationRecordFqdns"),
        also=names("validationRecordFqdns"),
        silent="it waits for nothing: moto issues a certificate without looking at records",
    ),
)
