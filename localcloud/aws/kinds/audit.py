"""What watches an account: CloudTrail, budgets, and Firehose, which carries logs to buckets."""

from typing import Any

from localcloud.aws.model import Call, Kind, Read, Scope, Tags, names

_BUDGET = {"AccountId": "=in.accountId || account", "BudgetName": "=in.name"}
_FIREHOSE = {"DeliveryStreamName": "=in.name"}


def _notifications(scope: Scope) -> Any:
    return [
        {
            "Notification": {
                "NotificationType": each["notificationType"],
                "ComparisonOperator": each["comparisonOperator"],
                "Threshold": each["threshold"],
                "ThresholdType": each["thresholdType"],
            },
            "Subscribers": [
                *(
                    {"SubscriptionType": "EMAIL", "Address": mail}
                    for mail in each.get("subscriberEmailAddresses") or ()
                ),
                *({"SubscriptionType": "SNS", "Address": topic} for topic in each.get("subscriberSnsTopicArns") or ()),
            ],
        }
        for each in scope["in"].get("notifications") or ()
    ]


def _filters(scope: Scope) -> Any:
    return {each["name"]: each["values"] for each in scope["in"].get("costFilters") or ()} or None


def _destination(scope: Scope) -> Any:
    """Where a stream delivers to, in the API's words."""
    given = scope["in"]["extendedS3Configuration"]
    names_of = {
        "roleArn": "RoleARN",
        "bucketArn": "BucketARN",
        "prefix": "Prefix",
        "errorOutputPrefix": "ErrorOutputPrefix",
        "compressionFormat": "CompressionFormat",
    }
    made: dict[str, Any] = {member: given[name] for name, member in names_of.items() if given.get(name) is not None}
    hints = {"bufferingSize": "SizeInMBs", "bufferingInterval": "IntervalInSeconds"}
    made["BufferingHints"] = {member: given[name] for name, member in hints.items() if given.get(name) is not None}
    if given.get("kmsKeyArn"):
        made["EncryptionConfiguration"] = {"KMSEncryptionConfig": {"AWSKMSKeyARN": given["kmsKeyArn"]}}
    return made


def _sealing(scope: Scope) -> Any:
    """By which key what waits in a stream is encrypted, in the API's words; null for one that is not."""
    given = scope["in"].get("serverSideEncryption") or {}
    if not given.get("enabled"):
        return None
    key = {"KeyARN": given["keyArn"]} if given.get("keyArn") else {}
    return {"KeyType": given.get("keyType") or "AWS_OWNED_CMK", **key}


def _sealed(scope: Scope) -> Any:
    return _sealing(scope) is not None


def _opened(scope: Scope) -> Any:
    return _sealing(scope) is None


def _amount(scope: Scope) -> Any:
    """The limit in the program's figures: "100" is "100.0" to the API."""
    amount, given = str(scope["found"]["BudgetLimit"]["Amount"]), scope["in"].get("limitAmount")
    return given if given is not None and float(given) == float(amount) else amount


AUDIT_KINDS = (
    Kind(
        token="aws:cloudtrail/trail:Trail",
        client="cloudtrail",
        create=Call(do="create_trail", auto=True),
        id="=raw.TrailARN",
        ids=("arn",),
        between="\n",
        read=Read(
            call=Call(do="get_trail", give={"Name": "=id"}),
            found="Trail",
            outputs={
                "arn": "=id",
                "enableLogFileValidation": "=found.LogFileValidationEnabled",
                "isOrganizationTrail": "=found.IsOrganizationTrail",
            },
        ),
        more=(
            Read(
                call=Call(do="get_trail_status", give={"Name": "=id"}),
                auto=False,
                outputs={"enableLogging": "=found.IsLogging"},
            ),
        ),
        then=(
            Call(do="start_logging", give={"Name": "=id"}, when=("enableLogging",), only="=in.enableLogging"),
            Call(
                do="stop_logging",
                give={"Name": "=id"},
                when=("enableLogging",),
                only="=was.enableLogging && !(in.enableLogging)",
            ),
        ),
        update=(Call(do="update_trail", auto=True, rename={"name": ""}, give={"Name": "=id"}),),
        delete=(Call(do="delete_trail", give={"Name": "=in.name || state.name"}),),
        tags=Tags(
            create="TagsList",
            tag=Call(do="add_tags", give={"ResourceId": "=id", "TagsList": "=tags"}),
            untag=Call(do="remove_tags", give={"ResourceId": "=id", "TagsList": "=keys[].{Key: @}"}),
            read=Call(do="list_tags", give={"ResourceIdList": ["=id"]}),
            found="ResourceTagList[0].TagsList",
        ),
        replace=names("name"),
        defaults={
            "enableLogging": True,
            "enableLogFileValidation": False,
            "includeGlobalServiceEvents": True,
            "isMultiRegionTrail": False,
            "isOrganizationTrail": False,
        },
        autoname=("name", 128),
        silent="that the bucket's policy lets CloudTrail write; nothing is recorded",
    ),
    Kind(
        token="aws:budgets/budget:Budget",
        client="budgets",
        create=Call(
            do="create_budget",
            give={
                "AccountId": "=in.accountId || account",
                "Budget": {
                    "BudgetName": "=in.name",
                    "BudgetType": "=in.budgetType",
                    "TimeUnit": "=in.timeUnit",
                    "BudgetLimit": {"Amount": "=in.limitAmount", "Unit": "=in.limitUnit"},
                    "CostFilters": _filters,
                },
                "NotificationsWithSubscribers": _notifications,
            },
        ),
        id="=join(':', [in.accountId || account, in.name])",
        ids=("accountId", "name"),
        between=":",
        read=Read(
            call=Call(do="describe_budget", give=_BUDGET),
            found="Budget",
            outputs={
                "name": "=found.BudgetName",
                "accountId": "=account",
                "limitAmount": _amount,
                "limitUnit": "=found.BudgetLimit.Unit",
                "arn": "=join('', ['arn:aws:budgets::', account, ':budget/', in.name])",
                "costFilters": "=in.costFilters",
            },
        ),
        delete=(Call(do="delete_budget", give=_BUDGET),),
        # moto cannot change a budget, so that every change here is a new one. On AWS these are changed in place.
        replace=names("name namePrefix accountId budgetType timeUnit limitAmount limitUnit costFilters notifications"),
        autoname=("name", 100),
        ignored={"tags": "moto keeps no tags of budgets"},
        also=names("costFilters notifications"),
        sets=names("costFilters notifications"),
        unread=names("notifications"),
        silent="nothing is spent; changes, which moto does not know, make a new budget here",
    ),
    Kind(
        token="aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        client="firehose",
        create=Call(
            do="create_delivery_stream",
            give={
                **_FIREHOSE,
                "DeliveryStreamType": "DirectPut",
                "ExtendedS3DestinationConfiguration": _destination,
                "DeliveryStreamEncryptionConfigurationInput": _sealing,
            },
        ),
        id="=raw.DeliveryStreamARN",
        read=Read(
            call=Call(do="describe_delivery_stream", give=_FIREHOSE),
            found="DeliveryStreamDescription",
            auto=False,
            outputs={
                "arn": "=found.DeliveryStreamARN",
                "name": "=found.DeliveryStreamName",
                "versionId": "=found.VersionId",
                "destinationId": "=found.Destinations[0].DestinationId",
                "destination": "=in.destination",
            },
        ),
        update=(
            Call(do="describe_delivery_stream", give=_FIREHOSE),
            Call(
                do="update_destination",
                give={
                    **_FIREHOSE,
                    "CurrentDeliveryStreamVersionId": "=raw.DeliveryStreamDescription.VersionId",
                    "DestinationId": "=raw.DeliveryStreamDescription.Destinations[0].DestinationId",
                    "ExtendedS3DestinationUpdate": _destination,
                },
                when=("extendedS3Configuration",),
            ),
            Call(
                do="start_delivery_stream_encryption",
                give={**_FIREHOSE, "DeliveryStreamEncryptionConfigurationInput": _sealing},
                when=("serverSideEncryption",),
                only=_sealed,
            ),
            Call(do="stop_delivery_stream_encryption", give=_FIREHOSE, when=("serverSideEncryption",), only=_opened),
        ),
        delete=(Call(do="delete_delivery_stream", give=_FIREHOSE),),
        tags=Tags(
            create="Tags",
            tag=Call(do="tag_delivery_stream", give={**_FIREHOSE, "Tags": "=tags"}),
            untag=Call(do="untag_delivery_stream", give={**_FIREHOSE, "TagKeys": "=keys"}),
            read=Call(do="list_tags_for_delivery_stream", give=_FIREHOSE),
        ),
        replace=names("name destination"),
        autoname=("name", 64),
        also=names("destination extendedS3Configuration serverSideEncryption"),
        unread=names("extendedS3Configuration serverSideEncryption"),
        silent="nothing is delivered; other destinations than S3 are not carried out; no import",
    ),
)
