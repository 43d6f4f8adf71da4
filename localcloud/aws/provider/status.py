"""Errors in the form in which the engine understands more than their words."""

import grpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from localcloud.aws.provider.lifecycle import PartialError, Properties
from localcloud.aws.provider.wire import struct


class _Status(grpc.Status):  # type: ignore[misc]
    """A status with details, which grpc leaves to its callers to define."""

    def __init__(self, message: str, details: status_pb2.Status) -> None:
        self.code = grpc.StatusCode.UNKNOWN
        self.details = message
        self.trailing_metadata = (("grpc-status-details-bin", details.SerializeToString()),)


def partial_status(error: PartialError, what: str, inputs: Properties) -> grpc.Status:
    """For a resource that was made and not finished: the engine keeps what is there. what: was being done."""
    message = f"{what}: {error}"
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message)
    status.details.add().Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=error.identifier, properties=struct(error.state), reasons=[str(error)], inputs=struct(inputs)
        )
    )
    return _Status(message, status)
