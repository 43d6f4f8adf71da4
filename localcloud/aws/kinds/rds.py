"""RDS: Aurora PostgreSQL clusters, which are real PostgreSQL servers on this machine, and what belongs to them."""

from typing import Any

from localcloud.aws.databases import LocalDatabase
from localcloud.aws.model import Call, Kind, Read, Scope, Tags, names

_CLUSTER_RENAME = {
    "clusterIdentifier": "DBClusterIdentifier",
    "masterPassword": "MasterUserPassword",
    "enabledCloudwatchLogsExports": "EnableCloudwatchLogsExports",
    "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
}
_INSTANCE_RENAME = {
    "identifier": "DBInstanceIdentifier",
    "clusterIdentifier": "DBClusterIdentifier",
    "instanceClass": "DBInstanceClass",
    "performanceInsightsEnabled": "EnablePerformanceInsights",
}


def _tags(found: str) -> Tags:
    which = {"ResourceName": f"=state.arn || {found}"}
    return Tags(
        create="Tags",
        tag=Call(do="add_tags_to_resource", give={**which, "Tags": "=tags"}),
        untag=Call(do="remove_tags_from_resource", give={**which, "TagKeys": "=keys"}),
        read=Call(do="list_tags_for_resource", give={"ResourceName": f"={found}"}),
        found="TagList",
    )


def _parameters(of: str) -> Any:
    """Parameters in the API's words."""

    def parameters(scope: Scope) -> Any:
        return [
            {
                "ParameterName": each["name"],
                "ParameterValue": each["value"],
                "ApplyMethod": each.get("applyMethod") or "immediate",
            }
            for each in scope[of].get("parameters") or ()
        ] or None

    return parameters


def _kind(token: str, **said: Any) -> Kind:
    return Kind(token=f"aws:rds/{token}", client="rds", **said)


RDS_KINDS = (
    _kind(
        "cluster:Cluster",
        create=Call(do="create_db_cluster", auto=True, rename=_CLUSTER_RENAME),
        id="=raw.DBCluster.DBClusterIdentifier",
        ids=("clusterIdentifier",),
        read=Read(
            call=Call(do="describe_db_clusters", give={"DBClusterIdentifier": "=id"}),
            found="DBClusters[0]",
            outputs={
                "arn": "=found.DBClusterArn",
                "clusterIdentifier": "=id",
                "clusterResourceId": "=found.DbClusterResourceId",
                "clusterMembers": "=found.DBClusterMembers[].DBInstanceIdentifier",
                "engineVersionActual": "=found.EngineVersion",
                "dbSubnetGroupName": "=found.DBSubnetGroup",
                "vpcSecurityGroupIds": "=found.VpcSecurityGroups[].VpcSecurityGroupId",
                "dbClusterParameterGroupName": "=found.DBClusterParameterGroup",
                "enabledCloudwatchLogsExports": "=found.EnabledCloudwatchLogsExports",
                "iamDatabaseAuthenticationEnabled": "=found.IAMDatabaseAuthenticationEnabled",
                "masterUserSecrets": "=`null`",
                "availabilityZones": "=in.availabilityZones || found.AvailabilityZones",
            },
        ),
        update=(
            Call(
                do="modify_db_cluster",
                give={"DBClusterIdentifier": "=id", "DeletionProtection": "=in.deletionProtection || `false`"},
                when=("deletionProtection",),
            ),
            Call(
                do="modify_db_cluster",
                give={"DBClusterIdentifier": "=id", "BackupRetentionPeriod": "=in.backupRetentionPeriod"},
                when=("backupRetentionPeriod",),
            ),
            Call(
                do="modify_db_cluster",
                give={"DBClusterIdentifier": "=id", "MasterUserPassword": "=in.masterPassword"},
                when=("masterPassword",),
                only="=in.masterPassword",
            ),
            Call(
                do="modify_db_cluster",
                give={
                    "DBClusterIdentifier": "=id",
                    "PreferredBackupWindow": "=in.preferredBackupWindow",
                    "PreferredMaintenanceWindow": "=in.preferredMaintenanceWindow",
                    "CopyTagsToSnapshot": "=in.copyTagsToSnapshot",
                },
                when=("preferredBackupWindow", "preferredMaintenanceWindow", "copyTagsToSnapshot"),
            ),
        ),
        delete=(
            Call(
                do="delete_db_cluster",
                give={
                    "DBClusterIdentifier": "=id",
                    "SkipFinalSnapshot": "=in.skipFinalSnapshot || `false`",
                    "FinalDBSnapshotIdentifier": "=in.finalSnapshotIdentifier",
                    "DeleteAutomatedBackups": "=in.deleteAutomatedBackups",
                },
            ),
        ),
        tags=_tags("found.DBClusterArn"),
        replace=names(
            "clusterIdentifier clusterIdentifierPrefix engine engineMode databaseName masterUsername storageEncrypted "
            "kmsKeyId dbSubnetGroupName availabilityZones port snapshotIdentifier sourceRegion engineVersion "
            "manageMasterUserPassword masterUserSecretKmsKeyId"
        ),
        defaults={"skipFinalSnapshot": False},
        autoname=("clusterIdentifier", 63),
        sets=names("availabilityZones vpcSecurityGroupIds enabledCloudwatchLogsExports"),
        ignored={"applyImmediately": "every change here is at once"},
        unread=names(
            "masterPassword manageMasterUserPassword masterUserSecretKmsKeyId skipFinalSnapshot masterUsername port "
            "finalSnapshotIdentifier applyImmediately deleteAutomatedBackups databaseName engineVersion engine "
            "availabilityZones vpcSecurityGroupIds dbClusterParameterGroupName dbSubnetGroupName kmsKeyId "
            "enabledCloudwatchLogsExports iamDatabaseAuthenticationEnabled storageEncrypted"
        ),
        hooks=LocalDatabase,
        silent="windows, parameter groups, encryption and backups have no effect on the local server, whose version is "
        "this machine's; another version or port makes a new cluster here; a final snapshot holds no data",
    ),
    _kind(
        "clusterInstance:ClusterInstance",
        create=Call(do="create_db_instance", auto=True, rename=_INSTANCE_RENAME),
        id="=raw.DBInstance.DBInstanceIdentifier",
        ids=("identifier",),
        read=Read(
            call=Call(do="describe_db_instances", give={"DBInstanceIdentifier": "=id"}),
            found="DBInstances[0]",
            outputs={
                "arn": "=found.DBInstanceArn",
                "identifier": "=id",
                "clusterIdentifier": "=found.DBClusterIdentifier",
                "instanceClass": "=found.DBInstanceClass",
                "dbSubnetGroupName": "=found.DBSubnetGroup.DBSubnetGroupName",
                "performanceInsightsEnabled": "=in.performanceInsightsEnabled",
                "endpoint": "='127.0.0.1'",
                "writer": "=`true`",
                "port": "=`null`",
            },
        ),
        update=(
            Call(
                do="modify_db_instance",
                give={"DBInstanceIdentifier": "=id", "DBInstanceClass": "=in.instanceClass", "ApplyImmediately": True},
                when=("instanceClass",),
            ),
        ),
        delete=(Call(do="delete_db_instance", give={"DBInstanceIdentifier": "=id", "SkipFinalSnapshot": True}),),
        tags=_tags("found.DBInstanceArn"),
        replace=names(
            "identifier identifierPrefix clusterIdentifier engine engineVersion availabilityZone dbSubnetGroupName "
            "performanceInsightsKmsKeyId performanceInsightsEnabled publiclyAccessible promotionTier "
            "autoMinorVersionUpgrade copyTagsToSnapshot"
        ),
        autoname=("identifier", 63),
        ignored={"applyImmediately": "every change here is at once"},
        unread=names(
            "engineVersion promotionTier performanceInsightsEnabled performanceInsightsKmsKeyId availabilityZone "
            "autoMinorVersionUpgrade publiclyAccessible copyTagsToSnapshot applyImmediately engine dbSubnetGroupName"
        ),
        silent="instances of a cluster are one and the same local server; most changes make a new instance here",
    ),
    _kind(
        "subnetGroup:SubnetGroup",
        create=Call(
            do="create_db_subnet_group",
            auto=True,
            rename={"name": "DBSubnetGroupName", "description": "DBSubnetGroupDescription"},
        ),
        id="=raw.DBSubnetGroup.DBSubnetGroupName",
        ids=("name",),
        between="\n",
        read=Read(
            call=Call(do="describe_db_subnet_groups", give={"DBSubnetGroupName": "=id"}),
            found="DBSubnetGroups[0]",
            outputs={
                "name": "=id",
                "arn": "=found.DBSubnetGroupArn",
                "description": "=found.DBSubnetGroupDescription",
                "subnetIds": "=found.Subnets[].SubnetIdentifier",
                "vpcId": "=found.VpcId",
            },
        ),
        delete=(Call(do="delete_db_subnet_group", give={"DBSubnetGroupName": "=id"}),),
        tags=_tags("found.DBSubnetGroupArn"),
        replace=names("name namePrefix description subnetIds"),
        defaults={"description": "Managed by Pulumi"},
        autoname=("name", 255),
        sets=names("subnetIds"),
        silent="that subnets lie in two zones; moto loses a group that is changed, so a change makes a new one here, "
        "not so on AWS",
    ),
    _kind(
        "clusterParameterGroup:ClusterParameterGroup",
        create=Call(
            do="create_db_cluster_parameter_group",
            auto=True,
            rename={"name": "DBClusterParameterGroupName", "family": "DBParameterGroupFamily", "parameters": ""},
        ),
        id="=raw.DBClusterParameterGroup.DBClusterParameterGroupName",
        ids=("name",),
        between="\n",
        read=Read(
            call=Call(do="describe_db_cluster_parameter_groups", give={"DBClusterParameterGroupName": "=id"}),
            found="DBClusterParameterGroups[0]",
            outputs={
                "name": "=id",
                "arn": "=found.DBClusterParameterGroupArn",
                "family": "=found.DBParameterGroupFamily",
                "parameters": "=in.parameters",
            },
        ),
        then=(
            Call(
                do="modify_db_cluster_parameter_group",
                give={"DBClusterParameterGroupName": "=id", "Parameters": _parameters("in")},
                when=("parameters",),
                only=_parameters("in"),
            ),
        ),
        delete=(Call(do="delete_db_cluster_parameter_group", give={"DBClusterParameterGroupName": "=id"}),),
        tags=_tags("found.DBClusterParameterGroupArn"),
        replace=names("name namePrefix family description"),
        defaults={"description": "Managed by Pulumi"},
        autoname=("name", 255),
        sets=names("parameters"),
        silent="that a parameter exists, and its value; none is set on the local server",
    ),
)
