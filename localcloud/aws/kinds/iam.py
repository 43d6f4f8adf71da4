"""IAM: roles, policies, and what joins them."""

from typing import Any

from localcloud.aws.model import Call, Kind, Read, Tags, names


def _tags(what: str, member: str, key: str = "=id") -> Tags:
    """Tags of an IAM resource, whose calls are named after it. key: template of what identifies it."""
    return Tags(
        create="Tags",
        tag=Call(do=f"tag_{what}", give={member: key, "Tags": "=tags"}),
        untag=Call(do=f"untag_{what}", give={member: key, "TagKeys": "=keys"}),
    )


def _kind(token: str, **said: Any) -> Kind:
    return Kind(token=f"aws:iam/{token}", client="iam", **said)


_OLD_VERSIONS = "=raw.Versions[?!IsDefaultVersion].VersionId"

IAM_KINDS = (
    _kind(
        "role:Role",
        create=Call(
            do="create_role",
            auto=True,
            rename={"assumeRolePolicy": "AssumeRolePolicyDocument", "name": "RoleName"},
        ),
        id="=raw.Role.RoleName",
        read=Read(
            call=Call(do="get_role", give={"RoleName": "=id"}),
            found="Role",
            outputs={
                "name": "=found.RoleName",
                "assumeRolePolicy": "=to_string(found.AssumeRolePolicyDocument)",
                "uniqueId": "=found.RoleId",
                "permissionsBoundary": "=found.PermissionsBoundary.PermissionsBoundaryArn",
            },
        ),
        then=(),
        update=(
            Call(
                do="update_assume_role_policy",
                give={"RoleName": "=id", "PolicyDocument": "=in.assumeRolePolicy"},
                when=("assumeRolePolicy",),
            ),
            Call(
                do="update_role",
                give={
                    "RoleName": "=id",
                    "Description": "=in.description || ''",
                    "MaxSessionDuration": "=in.maxSessionDuration",
                },
                when=("description", "maxSessionDuration"),
            ),
            Call(
                do="put_role_permissions_boundary",
                give={"RoleName": "=id", "PermissionsBoundary": "=in.permissionsBoundary"},
                when=("permissionsBoundary",),
                only="=in.permissionsBoundary",
            ),
            Call(
                do="delete_role_permissions_boundary",
                give={"RoleName": "=id"},
                when=("permissionsBoundary",),
                only="=!(in.permissionsBoundary)",
            ),
        ),
        delete=(
            Call(do="list_instance_profiles_for_role", give={"RoleName": "=id"}),
            Call(
                do="remove_role_from_instance_profile",
                each="=raw.InstanceProfiles[].InstanceProfileName",
                give={"RoleName": "=id", "InstanceProfileName": "=item"},
            ),
            Call(do="delete_role", give={"RoleName": "=id"}),
        ),
        tags=_tags("role", "RoleName"),
        replace=names("name path"),
        defaults={"path": "/", "maxSessionDuration": 3600},
        autoname=("name", 64),
        documents=names("assumeRolePolicy"),
        silent="that a principal of the trust policy exists",
    ),
    _kind(
        "rolePolicy:RolePolicy",
        create=Call(
            do="put_role_policy",
            give={"RoleName": "=in.role", "PolicyName": "=in.name", "PolicyDocument": "=in.policy"},
        ),
        id="=join(':', [in.role, in.name])",
        ids=("role", "name"),
        between=":",
        read=Read(
            call=Call(do="get_role_policy", give={"RoleName": "=in.role", "PolicyName": "=in.name"}),
            auto=False,
            outputs={
                "role": "=found.RoleName",
                "name": "=found.PolicyName",
                "policy": "=to_string(found.PolicyDocument)",
            },
        ),
        update=(
            Call(
                do="put_role_policy",
                give={"RoleName": "=in.role", "PolicyName": "=in.name", "PolicyDocument": "=in.policy"},
            ),
        ),
        delete=(Call(do="delete_role_policy", give={"RoleName": "=in.role", "PolicyName": "=in.name"}),),
        replace=names("role name"),
        autoname=("name", 128),
        documents=names("policy"),
    ),
    _kind(
        "rolePolicyAttachment:RolePolicyAttachment",
        create=Call(do="attach_role_policy", give={"RoleName": "=in.role", "PolicyArn": "=in.policyArn"}),
        id="=join('/', [in.role, in.policyArn])",
        ids=("role", "policyArn"),
        read=Read(
            call=Call(do="list_attached_role_policies", give={"RoleName": "=in.role"}),
            found="=contains(raw.AttachedPolicies[].PolicyArn, in.policyArn) && in || `null`",
            auto=False,
            outputs={"role": "=in.role", "policyArn": "=in.policyArn"},
        ),
        delete=(Call(do="detach_role_policy", give={"RoleName": "=in.role", "PolicyArn": "=in.policyArn"}),),
        replace=names("role policyArn"),
    ),
    _kind(
        "policy:Policy",
        create=Call(do="create_policy", auto=True, rename={"policy": "PolicyDocument", "name": "PolicyName"}),
        id="=raw.Policy.Arn",
        read=Read(
            call=Call(do="get_policy", give={"PolicyArn": "=id"}),
            found="Policy",
            outputs={"name": "=found.PolicyName"},
        ),
        more=(
            Read(
                call=Call(do="get_policy_version", give={"PolicyArn": "=id", "VersionId": "=found.DefaultVersionId"}),
                found="PolicyVersion",
                auto=False,
                outputs={"policy": "=to_string(found.Document)"},
            ),
        ),
        update=(
            Call(do="list_policy_versions", give={"PolicyArn": "=id"}, when=("policy",)),
            Call(
                do="delete_policy_version",
                each=_OLD_VERSIONS,
                give={"PolicyArn": "=id", "VersionId": "=item"},
                when=("policy",),
            ),
            Call(
                do="create_policy_version",
                give={"PolicyArn": "=id", "PolicyDocument": "=in.policy", "SetAsDefault": True},
                when=("policy",),
            ),
        ),
        delete=(
            Call(do="list_policy_versions", give={"PolicyArn": "=id"}),
            Call(do="delete_policy_version", each=_OLD_VERSIONS, give={"PolicyArn": "=id", "VersionId": "=item"}),
            Call(do="delete_policy", give={"PolicyArn": "=id"}),
        ),
        tags=_tags("policy", "PolicyArn"),
        replace=names("name path description"),
        defaults={"path": "/"},
        autoname=("name", 128),
        documents=names("policy"),
        silent="that actions exist",
    ),
    _kind(
        "instanceProfile:InstanceProfile",
        create=Call(do="create_instance_profile", auto=True, rename={"name": "InstanceProfileName"}),
        id="=raw.InstanceProfile.InstanceProfileName",
        read=Read(
            call=Call(do="get_instance_profile", give={"InstanceProfileName": "=id"}),
            found="InstanceProfile",
            outputs={
                "name": "=found.InstanceProfileName",
                "role": "=found.Roles[0].RoleName",
                "uniqueId": "=found.InstanceProfileId",
            },
        ),
        then=(
            Call(
                do="remove_role_from_instance_profile",
                give={"InstanceProfileName": "=id", "RoleName": "=was.role"},
                when=("role",),
                only="=was.role",
            ),
            Call(
                do="add_role_to_instance_profile",
                give={"InstanceProfileName": "=id", "RoleName": "=in.role"},
                when=("role",),
                only="=in.role",
            ),
        ),
        delete=(
            Call(
                do="remove_role_from_instance_profile",
                give={"InstanceProfileName": "=id", "RoleName": "=state.role"},
                only="=state.role",
            ),
            Call(do="delete_instance_profile", give={"InstanceProfileName": "=id"}),
        ),
        tags=_tags("instance_profile", "InstanceProfileName"),
        replace=names("name path"),
        defaults={"path": "/"},
        autoname=("name", 128),
    ),
    _kind(
        "openIdConnectProvider:OpenIdConnectProvider",
        create=Call(
            do="create_open_id_connect_provider",
            give={
                "Url": "=in.url",
                "ClientIDList": "=in.clientIdLists",
                "ThumbprintList": "=in.thumbprintLists || ['0000000000000000000000000000000000000000']",
            },
        ),
        id="=raw.OpenIDConnectProviderArn",
        read=Read(
            call=Call(do="get_open_id_connect_provider", give={"OpenIDConnectProviderArn": "=id"}),
            auto=False,
            outputs={
                "arn": "=id",
                "url": "=in.url || join('', ['https://', found.Url])",
                "clientIdLists": "=found.ClientIDList",
                "thumbprintLists": "=in.thumbprintLists && found.ThumbprintList || found.ThumbprintList",
            },
        ),
        update=(
            Call(
                do="update_open_id_connect_provider_thumbprint",
                give={"OpenIDConnectProviderArn": "=id", "ThumbprintList": "=in.thumbprintLists"},
                when=("thumbprintLists",),
            ),
        ),
        delete=(Call(do="delete_open_id_connect_provider", give={"OpenIDConnectProviderArn": "=id"}),),
        tags=_tags("open_id_connect_provider", "OpenIDConnectProviderArn"),
        replace=names("url clientIdLists"),
        sets=names("clientIdLists thumbprintLists"),
        silent="that the issuer answers and its certificate has the thumbprint",
    ),
)
