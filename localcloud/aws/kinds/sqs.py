"""SQS queues and their policies."""

from typing import Any

from localcloud.aws.model import Call, Kind, Read, Scope, Tags, names

_ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


def _attributes(scope: Scope) -> dict[str, str] | None:
    """The inputs that are attributes, as the texts that the API has."""
    made: dict[str, str] = {}
    for name, attribute in _ATTRIBUTES.items():
        value = scope["in"].get(name)
        if value is not None and not (name == "fifoQueue" and not value):
            made[attribute] = str(value).lower() if isinstance(value, bool) else str(value)
    return made or None


def _read(name: str) -> Any:
    def read(scope: Scope) -> Any:
        text = scope["found"].get(_ATTRIBUTES[name])
        if text in ("true", "false"):
            return text == "true"
        return int(text) if isinstance(text, str) and text.isdigit() else text

    return read


_READ = Call(do="get_queue_attributes", give={"QueueUrl": "=id", "AttributeNames": ["All"]})
_PUT_POLICY = Call(do="set_queue_attributes", give={"QueueUrl": "=in.queueUrl", "Attributes": {"Policy": "=in.policy"}})

SQS_KINDS = (
    Kind(
        token="aws:sqs/queue:Queue",
        client="sqs",
        create=Call(do="create_queue", give={"QueueName": "=in.name", "Attributes": _attributes}),
        id="=raw.QueueUrl",
        read=Read(
            call=_READ,
            found="Attributes",
            auto=False,
            outputs={
                **{name: _read(name) for name in _ATTRIBUTES},
                "arn": "=found.QueueArn",
                "url": "=id",
                "name": lambda scope: scope["id"].rsplit("/", 1)[-1],
            },
        ),
        update=(Call(do="set_queue_attributes", give={"QueueUrl": "=id", "Attributes": _attributes}),),
        delete=(Call(do="delete_queue", give={"QueueUrl": "=id"}),),
        tags=Tags(
            create="tags",
            form="map",
            tag=Call(do="tag_queue", give={"QueueUrl": "=id", "Tags": "=tags"}),
            untag=Call(do="untag_queue", give={"QueueUrl": "=id", "TagKeys": "=keys"}),
            read=Call(do="list_queue_tags", give={"QueueUrl": "=id"}),
        ),
        replace=names("name namePrefix fifoQueue"),
        autoname=("name", 80),
        also=frozenset(_ATTRIBUTES),
        documents=names("policy redrivePolicy"),
        silent="the effect of a policy",
    ),
    Kind(
        token="aws:sqs/queuePolicy:QueuePolicy",
        client="sqs",
        create=_PUT_POLICY,
        id="=in.queueUrl",
        ids=("queueUrl",),
        between="\n",
        read=Read(
            call=_READ,
            found="Attributes.Policy",
            auto=False,
            outputs={"queueUrl": "=id", "policy": "=found"},
        ),
        update=(_PUT_POLICY,),
        delete=(Call(do="set_queue_attributes", give={"QueueUrl": "=id", "Attributes": {"Policy": ""}}),),
        replace=names("queueUrl"),
        documents=names("policy"),
        silent="the policy's effect",
    ),
)
