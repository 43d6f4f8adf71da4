"""Rules about what keeps data on AWS: databases, keys, secrets, disks, images (F2, F4, F5, F6, G7)."""

from collections.abc import Iterator
from typing import Final

from policies.aws.document import open_to_all
from policies.aws.keys import names_a_key
from policies.expected import Expected, known
from policies.objects import AwsResource
from policies.rule import rule
from settings import names
from settings.volume import SERVICE_DAYS, TENANT_DAYS

SERVERS: Final = ("rds:Cluster", "rds:Instance")
_KEPT: Final = (*SERVERS, "s3:Bucket", "kms:Key", "efs:FileSystem", "secretsmanager:Secret", "ecr:Repository")
BACKUP_DAYS: Final = 7
WINDOW_DAYS: Final = 30
_DISKS: Final = ("ebs:Volume", "efs:FileSystem", "ebs:Snapshot")
_OLD_DISKS: Final = ("gp2", "io1", "standard", "sc1", "st1")


def _in_cluster(found: AwsResource) -> bool:
    """An instance of a cluster has encryption, backups and protection of the cluster."""
    return found.kind == "rds:Instance" and bool(found.at("replicateSourceDb"))


def data_are_protected(found: AwsResource, expected: Expected) -> Iterator[str]:
    """What holds data cannot be deleted by the engine (A7)."""
    owner = found.tags.get(names.TENANT_LABEL)
    if not found.protect and (owner is None or owner not in known(expected.leaving, "who is off-boarded")):
        yield "the resource is not protected"


def databases_are_encrypted(found: AwsResource, _: Expected) -> Iterator[str]:
    """storageEncrypted, kmsKeyId (F2, F5)."""
    if found.at("storageEncrypted") is not True:
        yield "storageEncrypted is not true"
    if not names_a_key(found, "kmsKeyId"):
        yield "it names no key: kmsKeyId"


def databases_are_private(found: AwsResource, _: Expected) -> Iterator[str]:
    """publiclyAccessible, and subnets of our own (F2)."""
    if found.at("publiclyAccessible"):
        yield "publiclyAccessible is true"
    if found.kind != "rds:ClusterInstance" and not found.at("dbSubnetGroupName"):
        yield "it names no subnets: dbSubnetGroupName"


def databases_are_kept(found: AwsResource, _: Expected) -> Iterator[str]:
    """deletionProtection and a final snapshot (F2, A7)."""
    if found.at("deletionProtection") is not True:
        yield "deletionProtection is not true"
    if found.at("skipFinalSnapshot"):
        yield "skipFinalSnapshot is true"
    elif not found.at("finalSnapshotIdentifier"):
        yield "it names no final snapshot: finalSnapshotIdentifier"


def databases_are_backed_up(found: AwsResource, _: Expected) -> Iterator[str]:
    """backupRetentionPeriod and tags on snapshots (F2)."""
    days = found.at("backupRetentionPeriod")
    if days is None or days < BACKUP_DAYS:
        yield f"backups are kept for {days if days is None else format(days, 'g')} days, and {BACKUP_DAYS} are needed"
    if found.at("copyTagsToSnapshot") is not True:
        yield "snapshots do not have its tags: copyTagsToSnapshot"


def instances_have_a_standby(found: AwsResource, _: Expected) -> Iterator[str]:
    """multiAz of a server that is no cluster (F2)."""
    if found.at("multiAz") is not True and not _in_cluster(found):
        yield "multiAz is not true"


def tls_is_forced(found: AwsResource, _: Expected) -> Iterator[str]:
    """rds.force_ssl (F2, F5)."""
    if found.kind in SERVERS:
        if not (found.at("dbClusterParameterGroupName") or found.at("parameterGroupName")):
            yield "it names no parameter group, and that of AWS is the account's"
        return
    if not str(found.at("family") or "").startswith(("postgres", "aurora-postgresql")):
        return
    forced = [each.get("value") for each in found.every("parameters") if each.get("name") == "rds.force_ssl"]
    if [str(each) for each in forced] != ["1"]:
        yield "rds.force_ssl is not 1"


def databases_log(found: AwsResource, _: Expected) -> Iterator[str]:
    """enabledCloudwatchLogsExports (F2, G5)."""
    if "postgresql" not in found.every("enabledCloudwatchLogsExports"):
        yield "enabledCloudwatchLogsExports lacks postgresql"


def disks_are_encrypted(found: AwsResource, _: Expected) -> Iterator[str]:
    """EBS, EFS and what launch templates attach (F4)."""
    if found.kind in _DISKS:
        if found.at("encrypted") is not True:
            yield "encrypted is not true"
    elif found.kind == "ebs:EncryptionByDefault" and found.at("enabled") is False:
        yield "new disks of the account are not encrypted"
    for each in found.every("blockDeviceMappings"):
        if str((each.get("ebs") or {}).get("encrypted")).lower() != "true":
            yield f"disk {each.get('deviceName')!r} is not encrypted"


def disks_are_current(found: AwsResource, _: Expected) -> Iterator[str]:
    """gp3 (G6)."""
    kinds = [
        found.at("type"),
        *((each.get("ebs") or {}).get("volumeType") for each in found.every("blockDeviceMappings")),
    ]
    for each in kinds:
        if each in _OLD_DISKS:
            yield f"a disk is of type {each}"


def keys_are_turned(found: AwsResource, _: Expected) -> Iterator[str]:
    """Keys of services every 90 days, keys of tenants every 365, by KMS itself (F5). KMS's default is 365."""
    if found.at("customerMasterKeySpec") not in (None, "SYMMETRIC_DEFAULT"):
        return  # KMS turns symmetric keys alone
    if found.at("enableKeyRotation") is not True:
        yield "KMS does not turn the key"
        return
    most = TENANT_DAYS if names.TENANT_LABEL in found.tags else SERVICE_DAYS
    days = found.props.get("rotationPeriodInDays", TENANT_DAYS)
    if days > most:
        yield f"the key is turned after {days:g} days, and {most} are allowed"


def keys_are_for_somebody(found: AwsResource, _: Expected) -> Iterator[str]:
    """No wildcard principal without a condition (F5)."""
    yield from open_to_all(found.at("policy"))


def keys_can_be_called_back(found: AwsResource, _: Expected) -> Iterator[str]:
    """deletionWindowInDays; KMS's default is 30 (F5)."""
    days = found.at("deletionWindowInDays")
    if days is not None and days < WINDOW_DAYS:
        yield f"a deleted key is gone after {days:g} days, and {WINDOW_DAYS} are needed"


def secrets_have_our_key(found: AwsResource, _: Expected) -> Iterator[str]:
    """kmsKeyId, and time to call a deleted one back (F5)."""
    if not names_a_key(found, "kmsKeyId"):
        yield "it names no key: kmsKeyId"
    if found.at("recoveryWindowInDays") == 0:
        yield "a deleted secret cannot be called back: recoveryWindowInDays is 0"


def data_are_at_home(found: AwsResource, expected: Expected) -> Iterator[str]:
    """A tenant's resource is in a region that the tenant's file allows (F6)."""
    tenant = found.tags.get(names.TENANT_LABEL)
    if tenant is None or found.region is None:
        return
    allowed = known(expected.regions, "where tenants' data may be").get(tenant, frozenset())
    if found.region not in allowed:
        yield f"tenant {tenant!r} has it in {found.region}, and {', '.join(sorted(allowed)) or 'no region'} is allowed"


def images_are_scanned(found: AwsResource, _: Expected) -> Iterator[str]:
    """Tags stay, pushes are scanned, layers are encrypted (G7)."""
    if found.at("imageTagMutability") != "IMMUTABLE":
        yield f"imageTagMutability is {found.at('imageTagMutability')!r}"
    if found.at("imageScanningConfiguration", "scanOnPush") is not True:
        yield "scanOnPush is not true"
    if not any(each.get("encryptionType") == "KMS" for each in found.every("encryptionConfigurations")):
        yield "it is not encrypted by KMS"


DATA = (
    rule("TP-A7-01", _KEPT, data_are_protected),
    rule("TP-F2-01", SERVERS, databases_are_encrypted),
    rule("TP-F2-02", (*SERVERS, "rds:ClusterInstance"), databases_are_private),
    rule("TP-F2-03", SERVERS, databases_are_kept),
    rule("TP-F2-04", SERVERS, databases_are_backed_up),
    rule("TP-F2-05", ("rds:Instance",), instances_have_a_standby),
    rule("TP-F2-06", (*SERVERS, "rds:ParameterGroup", "rds:ClusterParameterGroup"), tls_is_forced),
    rule("TP-F2-07", SERVERS, databases_log),
    rule("TP-F4-01", (*_DISKS, "ebs:EncryptionByDefault", "ec2:LaunchTemplate"), disks_are_encrypted),
    rule("TP-F5-01", ("kms:Key",), keys_are_turned),
    rule("TP-F5-02", ("kms:Key", "kms:KeyPolicy", "secretsmanager:SecretPolicy"), keys_are_for_somebody),
    rule("TP-F5-04", ("kms:Key",), keys_can_be_called_back),
    rule("TP-F5-05", ("secretsmanager:Secret",), secrets_have_our_key),
    rule("TP-F6-01", (*_KEPT, "rds:ClusterInstance", "ebs:Volume"), data_are_at_home),
    rule("TP-G6-03", ("ebs:Volume", "ec2:LaunchTemplate"), disks_are_current),
    rule("TP-G7-05", ("ecr:Repository",), images_are_scanned),
)
