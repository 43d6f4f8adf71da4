"""EC2 launch templates."""

from localcloud.aws.kinds.ec2 import arn, ec2_kind
from localcloud.aws.model import Call, Read, Scope, names
from localcloud.aws.provider.session import input_shape
from localcloud.aws.provider.templates import arguments

_RENAME = {
    "vpcSecurityGroupIds": "SecurityGroupIds",
    "instanceMarketOptions": "InstanceMarketOptions",
}
_OF_TEMPLATE = names("name description tags region updateDefaultVersion defaultVersion namePrefix")


def _data(scope: Scope) -> object:
    """Everything but what belongs to the template itself is the data of a version."""
    shape = input_shape("ec2", "create_launch_template").members["LaunchTemplateData"]  # type: ignore[union-attr]
    given = {key: value for key, value in scope["in"].items() if key not in _OF_TEMPLATE and not key.startswith("__")}
    for device in given.get("blockDeviceMappings") or ():
        ebs = device.get("ebs") or {}
        for flag in ("encrypted", "deleteOnTermination"):  # texts in pulumi-aws, booleans in the API
            if isinstance(ebs.get(flag), str):
                device["ebs"] = ebs = {**ebs, flag: ebs[flag] == "true"}
    return arguments(shape, given, _RENAME)


LAUNCH_KINDS = (
    ec2_kind(
        "aws:ec2/launchTemplate:LaunchTemplate",
        "launch-template",
        create=Call(
            do="create_launch_template",
            give={
                "LaunchTemplateName": "=in.name",
                "VersionDescription": "=in.description",
                "LaunchTemplateData": _data,
            },
        ),
        id="=raw.LaunchTemplate.LaunchTemplateId",
        read=Read(
            call=Call(do="describe_launch_templates", give={"LaunchTemplateIds": ["=id"]}),
            found="LaunchTemplates[0]",
            auto=False,
            outputs={
                "arn": arn("ec2", "launch-template/"),
                "name": "=found.LaunchTemplateName",
                "latestVersion": "=found.LatestVersionNumber",
                "defaultVersion": "=found.DefaultVersionNumber",
            },
        ),
        update=(
            Call(
                do="create_launch_template_version",
                give={"LaunchTemplateId": "=id", "VersionDescription": "=in.description", "LaunchTemplateData": _data},
            ),
            Call(
                do="modify_launch_template",
                give={
                    "LaunchTemplateId": "=id",
                    "DefaultVersion": "=to_string(raw.LaunchTemplateVersion.VersionNumber)",
                },
                only="=in.updateDefaultVersion && raw.LaunchTemplateVersion",
            ),
        ),
        delete=(Call(do="delete_launch_template", give={"LaunchTemplateId": "=id"}),),
        replace=names("name namePrefix"),
        autoname=("name", 128),
        unread=names("updateDefaultVersion"),
        also=names(
            "blockDeviceMappings imageId instanceType userData vpcSecurityGroupIds metadataOptions tagSpecifications "
            "updateDefaultVersion iamInstanceProfile monitoring keyName ebsOptimized instanceMarketOptions cpuOptions "
            "networkInterfaces placement capacityReservationSpecification enclaveOptions"
        ),
        silent="the data of a version, beside its form: images, instance types, user data",
    ),
)
