"""CloudWatch's logs, and EventBridge, which pulumi-aws has under the same name."""

from localcloud.aws.model import Call, Kind, Read, Scope, Tags, names

_GROUP_ARN = "join('', ['arn:aws:logs:', region, ':', account, ':log-group:', id])"
_RULE_ARN = "=state.arn || found.Arn"
_RULE = {"Rule": "=in.rule", "EventBusName": "=in.eventBusName"}


def _group(scope: Scope) -> object:
    return next((each for each in scope["raw"]["logGroups"] if each["logGroupName"] == scope["id"]), None)


def _filter(scope: Scope) -> object:
    there = scope["raw"]["subscriptionFilters"]
    return next((each for each in there if each["filterName"] == scope["in"]["name"]), None)


def _target(scope: Scope) -> object:
    return next((each for each in scope["raw"]["Targets"] if each["Id"] == scope["in"]["targetId"]), None)


_PUT_FILTER = Call(do="put_subscription_filter", auto=True, rename={"logGroup": "logGroupName", "name": "filterName"})
_PUT_RULE = Call(
    do="put_rule",
    auto=True,
    rename={"forceDestroy": ""},
    give={"State": "=in.state || (in.isEnabled == `false` && 'DISABLED' || 'ENABLED')"},
)
_PUT_TARGET = Call(
    do="put_targets",
    give={
        **_RULE,
        "Targets": [
            {
                "Id": "=in.targetId",
                "Arn": "=in.arn",
                "RoleArn": "=in.roleArn",
                "Input": "=in.input",
                "InputPath": "=in.inputPath",
                "DeadLetterConfig": "=in.deadLetterConfig",
                "RetryPolicy": "=in.retryPolicy",
            }
        ],
    },
)

CLOUDWATCH_KINDS = (
    Kind(
        token="aws:cloudwatch/logGroup:LogGroup",
        client="logs",
        create=Call(do="create_log_group", auto=True, rename={"name": "logGroupName"}),
        id="=in.name",
        ids=("name",),
        between="\n",
        read=Read(
            call=Call(do="describe_log_groups", give={"logGroupNamePrefix": "=id"}),
            found=_group,
            outputs={"name": "=id", "arn": f"={_GROUP_ARN}", "retentionInDays": "=found.retentionInDays || `0`"},
        ),
        then=(
            Call(
                do="put_retention_policy",
                give={"logGroupName": "=id", "retentionInDays": "=in.retentionInDays"},
                when=("retentionInDays",),
                only="=in.retentionInDays",
            ),
            Call(
                do="delete_retention_policy",
                give={"logGroupName": "=id"},
                when=("retentionInDays",),
                only="=was.retentionInDays && !(in.retentionInDays)",
            ),
        ),
        delete=(Call(do="delete_log_group", give={"logGroupName": "=id"}),),
        tags=Tags(
            create="tags",
            form="map",
            tag=Call(do="tag_resource", give={"resourceArn": f"={_GROUP_ARN}", "tags": "=tags"}),
            untag=Call(do="untag_resource", give={"resourceArn": f"={_GROUP_ARN}", "tagKeys": "=keys"}),
            read=Call(do="list_tags_for_resource", give={"resourceArn": f"={_GROUP_ARN}"}),
            found="tags",
        ),
        replace=names("name namePrefix logGroupClass kmsKeyId"),
        defaults={"retentionInDays": 0, "skipDestroy": False},
        ignored={"skipDestroy": "a log group here holds nothing to keep"},
        autoname=("name", 512),
        silent="that the key lets CloudWatch use it; another key makes a new group here, not so on AWS",
    ),
    Kind(
        token="aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        client="logs",
        create=_PUT_FILTER,
        id="=join('|', [in.logGroup, in.name])",
        ids=("logGroup", "name"),
        between="|",
        read=Read(
            call=Call(do="describe_subscription_filters", give={"logGroupName": "=in.logGroup"}),
            found=_filter,
            outputs={"name": "=found.filterName", "logGroup": "=found.logGroupName"},
        ),
        update=(_PUT_FILTER,),
        delete=(
            Call(do="delete_subscription_filter", give={"logGroupName": "=in.logGroup", "filterName": "=in.name"}),
        ),
        replace=names("name logGroup destinationArn"),
        defaults={"distribution": "ByLogStream"},
        unread=names("distribution"),
        autoname=("name", 512),
        silent="nothing is delivered",
    ),
    Kind(
        token="aws:cloudwatch/eventRule:EventRule",
        client="events",
        create=_PUT_RULE,
        id="=in.name",
        ids=("name",),
        read=Read(
            call=Call(do="describe_rule", give={"Name": "=id", "EventBusName": "=in.eventBusName"}),
            outputs={"isEnabled": "=`null`"},
        ),
        update=(_PUT_RULE,),
        delete=(Call(do="delete_rule", give={"Name": "=id", "EventBusName": "=in.eventBusName"}),),
        tags=Tags(
            create="Tags",
            tag=Call(do="tag_resource", give={"ResourceARN": _RULE_ARN, "Tags": "=tags"}),
            untag=Call(do="untag_resource", give={"ResourceARN": _RULE_ARN, "TagKeys": "=keys"}),
            read=Call(do="list_tags_for_resource", give={"ResourceARN": "=found.Arn"}),
        ),
        replace=names("name namePrefix eventBusName"),
        defaults={"eventBusName": "default", "forceDestroy": False},
        ignored={"forceDestroy": "a wish about deletion"},
        also=names("isEnabled state"),
        autoname=("name", 64),
        documents=names("eventPattern"),
        silent="no event happens here",
    ),
    Kind(
        token="aws:cloudwatch/eventTarget:EventTarget",
        client="events",
        create=_PUT_TARGET,
        id="=join('/', [in.eventBusName, in.rule, in.targetId])",
        ids=("eventBusName", "rule", "targetId"),
        read=Read(call=Call(do="list_targets_by_rule", give=_RULE), found=_target),
        update=(_PUT_TARGET,),
        delete=(Call(do="remove_targets", give={**_RULE, "Ids": ["=in.targetId"]}),),
        replace=names("rule eventBusName targetId"),
        defaults={"eventBusName": "default", "forceDestroy": False},
        ignored={"forceDestroy": "a wish about deletion"},
        autoname=("targetId", 64),
        silent="that the target exists and may be reached",
    ),
)
