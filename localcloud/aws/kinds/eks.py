"""EKS: control planes and nodes that are real on this machine (C6), and what moto lacks, kept by our server."""

from typing import Any

from localcloud.aws.clusters import LocalControlPlane, LocalNodes
from localcloud.aws.model import Call, Kind, Read, Tags, names

_CLUSTER = {"clusterName": "=in.clusterName"}
_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")


def _tags(arn: str) -> Tags:
    return Tags(
        create="tags",
        form="map",
        tag=Call(do="tag_resource", give={"resourceArn": arn, "tags": "=tags"}),
        untag=Call(do="untag_resource", give={"resourceArn": arn, "tagKeys": "=keys"}),
        found="tags",
    )


def _logging(scope: Any) -> Any:
    """All five kinds, each on or off, so that one that is taken away is turned off."""
    on = scope["in"].get("enabledClusterLogTypes") or []
    off = [each for each in _LOGS if each not in on]
    both = [{"types": on, "enabled": True}, {"types": off, "enabled": False}]
    return {"clusterLogging": [each for each in both if each["types"]]}


def _kind(token: str, **said: Any) -> Kind:
    return Kind(token=f"aws:eks/{token}", client="eks", **said)


EKS_KINDS = (
    _kind(
        "cluster:Cluster",
        create=Call(
            do="create_cluster",
            auto=True,
            rename={"vpcConfig": "resourcesVpcConfig", "bootstrapSelfManagedAddons": "", "defaultAddonsToRemoves": ""},
            give={"logging": _logging},
        ),
        id="=raw.cluster.name",
        ids=("name",),
        read=Read(
            call=Call(do="describe_cluster", give={"name": "=id"}),
            found="cluster",
            outputs={
                "clusterId": "=`null`",
                "vpcConfig": "=found.resourcesVpcConfig",
                "enabledClusterLogTypes": "=sort(found.logging.clusterLogging[?enabled].types[] || `[]`)",
                "identities": "=[{oidcs: [{issuer: found.identity.oidc.issuer}]}]",
                "certificateAuthority": "=found.certificateAuthority",
                "encryptionConfig": "=found.encryptionConfig[0]",
            },
        ),
        update=(
            Call(
                do="update_cluster_config",
                give={"name": "=id", "resourcesVpcConfig": "=in.vpcConfig"},
                when=("vpcConfig",),
            ),
            Call(
                do="update_cluster_config", give={"name": "=id", "logging": _logging}, when=("enabledClusterLogTypes",)
            ),
        ),
        delete=(Call(do="delete_cluster", give={"name": "=id"}),),
        tags=_tags("=state.arn || found.arn"),
        # A change of version would be an upgrade, which the control planes here, all of one version, cannot do.
        replace=names(
            "name roleArn encryptionConfig kubernetesNetworkConfig bootstrapSelfManagedAddons outpostConfig version "
            "accessConfig.bootstrapClusterCreatorAdminPermissions"
        ),
        autoname=("name", 40),
        sets=names("vpcConfig.subnetIds vpcConfig.securityGroupIds vpcConfig.publicAccessCidrs enabledClusterLogTypes"),
        unread=names("bootstrapSelfManagedAddons upgradePolicy accessConfig deletionProtection version"),
        also=names("deletionProtection accessConfig upgradePolicy"),
        ignored={"bootstrapSelfManagedAddons": "a local control plane has no add-ons to begin with"},
        hooks=LocalControlPlane,
        silent="that the role has EKS's policies, that subnets lie in two zones; who may reach the endpoint",
    ),
    _kind(
        "nodeGroup:NodeGroup",
        create=Call(
            do="create_nodegroup",
            auto=True,
            rename={"nodeGroupName": "nodegroupName", "nodeRoleArn": "nodeRole", "subnetIds": "subnets"},
        ),
        id="=join(':', [in.clusterName, in.nodeGroupName])",
        ids=("clusterName", "nodeGroupName"),
        between=":",
        read=Read(
            call=Call(do="describe_nodegroup", give={**_CLUSTER, "nodegroupName": "=in.nodeGroupName"}),
            found="nodegroup",
            outputs={
                "arn": "=found.nodegroupArn",
                "nodeGroupName": "=found.nodegroupName",
                "nodeRoleArn": "=found.nodeRole",
                "subnetIds": "=found.subnets",
                "resources": "=`null`",
            },
        ),
        update=(
            Call(
                do="update_nodegroup_config",
                give={
                    **_CLUSTER,
                    "nodegroupName": "=in.nodeGroupName",
                    "scalingConfig": "=in.scalingConfig",
                },
                when=("scalingConfig",),
            ),
            Call(
                do="update_nodegroup_config",
                give={
                    **_CLUSTER,
                    "nodegroupName": "=in.nodeGroupName",
                    "labels": {"addOrUpdateLabels": "=in.labels", "removeLabels": "=keys(was.labels || `{}`)"},
                },
                when=("labels",),
            ),
            Call(
                do="update_nodegroup_config",
                give={
                    **_CLUSTER,
                    "nodegroupName": "=in.nodeGroupName",
                    "taints": {"addOrUpdateTaints": "=in.taints", "removeTaints": "=was.taints"},
                },
                when=("taints",),
            ),
        ),
        delete=(Call(do="delete_nodegroup", give={**_CLUSTER, "nodegroupName": "=in.nodeGroupName"}),),
        tags=_tags("=state.arn || found.nodegroupArn"),
        replace=names(
            "clusterName nodeGroupName nodeGroupNamePrefix nodeRoleArn subnetIds amiType capacityType diskSize "
            "instanceTypes remoteAccess launchTemplate.id launchTemplate.name"
        ),
        autoname=("nodeGroupName", 63),
        sets=names("subnetIds taints"),
        ignored={
            "updateConfig": "moto does not keep it; nodes here are replaced at once",
            "nodeRepairConfig": "moto does not keep it",
            "forceUpdateVersion": "a wish about updates",
        },
        unread=names("launchTemplate version amiType"),
        hooks=LocalNodes,
        silent="that a launch template's image fits",
    ),
    _kind(
        "addon:Addon",
        create=Call(do="create_addon", auto=True, give={"resolveConflicts": "=in.resolveConflictsOnCreate"}),
        id="=join(':', [in.clusterName, in.addonName])",
        ids=("clusterName", "addonName"),
        between=":",
        read=Read(
            call=Call(do="describe_addon", give={**_CLUSTER, "addonName": "=in.addonName"}),
            found="addon",
            outputs={"arn": "=found.addonArn", "podIdentityAssociations": "=in.podIdentityAssociations"},
        ),
        update=(
            Call(
                do="update_addon",
                auto=True,
                rename={"namespaceConfig": ""},
                give={"resolveConflicts": "=in.resolveConflictsOnUpdate"},
            ),
        ),
        delete=(Call(do="delete_addon", give={**_CLUSTER, "addonName": "=in.addonName", "preserve": "=in.preserve"}),),
        tags=_tags("=state.arn || found.addonArn"),
        replace=names("clusterName addonName namespaceConfig"),
        documents=names("configurationValues"),
        unread=names("resolveConflictsOnCreate resolveConflictsOnUpdate preserve"),
        silent="versions and configuration of add-ons; no add-on runs here. Not moto's: localcloud keeps it",
    ),
    _kind(
        "accessEntry:AccessEntry",
        create=Call(do="create_access_entry", auto=True),
        id="=join(':', [in.clusterName, in.principalArn])",
        ids=("clusterName", "principalArn"),
        between=":",
        read=Read(
            call=Call(do="describe_access_entry", give={**_CLUSTER, "principalArn": "=in.principalArn"}),
            found="accessEntry",
            outputs={"userName": "=found.username"},
        ),
        update=(Call(do="update_access_entry", auto=True, when=("kubernetesGroups", "userName")),),
        delete=(Call(do="delete_access_entry", give={**_CLUSTER, "principalArn": "=in.principalArn"}),),
        tags=_tags("=state.accessEntryArn || found.accessEntryArn"),
        replace=names("clusterName principalArn type"),
        defaults={"type": "STANDARD"},
        sets=names("kubernetesGroups"),
        silent="it gives nobody access to the local control plane. Not moto's: localcloud keeps it",
    ),
    _kind(
        "accessPolicyAssociation:AccessPolicyAssociation",
        create=Call(do="associate_access_policy", auto=True),
        id="=join('#', [in.clusterName, in.principalArn, in.policyArn])",
        ids=("clusterName", "principalArn", "policyArn"),
        between="#",
        read=Read(
            call=Call(do="list_associated_access_policies", give={**_CLUSTER, "principalArn": "=in.principalArn"}),
            found=lambda scope: next(
                (
                    each
                    for each in scope["raw"]["associatedAccessPolicies"]
                    if each["policyArn"] == scope["in"]["policyArn"]
                ),
                None,
            ),
        ),
        delete=(
            Call(
                do="disassociate_access_policy",
                give={**_CLUSTER, "principalArn": "=in.principalArn", "policyArn": "=in.policyArn"},
            ),
        ),
        replace=names("clusterName principalArn policyArn accessScope"),
        silent="it gives nobody access to the local control plane. Not moto's: localcloud keeps it",
    ),
    _kind(
        "podIdentityAssociation:PodIdentityAssociation",
        create=Call(do="create_pod_identity_association", auto=True),
        id="=raw.association.associationId",
        imported=lambda scope: str(scope["id"]).rpartition(",")[2],
        read=Read(
            call=Call(
                do="describe_pod_identity_association",
                give={"clusterName": "=in.clusterName || state.clusterName", "associationId": "=id"},
            ),
            found="association",
        ),
        update=(
            Call(
                do="update_pod_identity_association",
                give={
                    **_CLUSTER,
                    "associationId": "=id",
                    "roleArn": "=in.roleArn",
                    "targetRoleArn": "=in.targetRoleArn",
                },
                when=("roleArn", "targetRoleArn"),
            ),
        ),
        delete=(Call(do="delete_pod_identity_association", give={**_CLUSTER, "associationId": "=id"}),),
        tags=_tags("=state.associationArn || found.associationArn"),
        replace=names("clusterName namespace serviceAccount"),
        silent="that the service account exists; pods here get no credentials. Not moto's: localcloud keeps it",
    ),
)
