"""The bundled aws provider without an engine: its calls one by one, which takes milliseconds."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from localcloud.aws.provider.servicer import Servicer
from localcloud.aws.provider.wire import plain, struct

Properties = dict[str, Any]


class Refused(Exception):  # noqa: N818 - what the provider did, not what went wrong here
    """The provider's error. partial: what it had made by then, None when nothing."""

    def __init__(self, message: str, partial: provider_pb2.ErrorResourceInitFailed | None = None) -> None:
        super().__init__(message)
        self.partial = partial


class _Context:
    def abort(self, _code: grpc.StatusCode, details: str) -> None:
        raise Refused(details)

    def abort_with_status(self, status: grpc.Status) -> None:
        whole = status_pb2.Status.FromString(dict(status.trailing_metadata)["grpc-status-details-bin"])
        partial = provider_pb2.ErrorResourceInitFailed()
        assert whole.details[0].Unpack(partial)
        raise Refused(status.details, partial)


class Plugin:
    """A configured provider. Resources are told apart by their names, as in a stack."""

    def __init__(self, endpoint: str, region: str = "eu-central-1", **further: Any) -> None:
        self._servicer = Servicer("0.0.0")
        self._context = _Context()
        self._seeds = itertools.count()
        arguments = {"region": region, "endpoints": [{"ec2": endpoint}], **further}
        self._servicer.Configure(provider_pb2.ConfigureRequest(args=struct(arguments)), self._context)

    def check(self, token: str, inputs: Mapping[str, Any], was: Mapping[str, Any] | None = None) -> Properties:
        """The inputs, filled in; raises Refused with all mistakes, one a line."""
        request = provider_pb2.CheckRequest(
            urn=_urn(token, "r"),
            news=struct(inputs),
            olds=struct(was or {}),
            randomSeed=str(next(self._seeds)).encode(),
        )
        answer = self._servicer.Check(request, self._context)
        if answer.failures:
            raise Refused("\n".join(each.reason for each in answer.failures))
        return plain(answer.inputs)

    def create(self, token: str, **inputs: Any) -> Resource:
        """Check and make a resource."""
        checked = self.check(token, inputs)
        answer = self._servicer.Create(
            provider_pb2.CreateRequest(urn=_urn(token, "r"), properties=struct(checked)), self._context
        )
        return Resource(self, token, answer.id, checked, plain(answer.properties))

    def diff(self, one: Resource, inputs: Mapping[str, Any]) -> provider_pb2.DiffResponse:
        """What other inputs would change."""
        request = provider_pb2.DiffRequest(
            id=one.id,
            urn=_urn(one.token, "r"),
            olds=struct(one.state),
            old_inputs=struct(one.inputs),
            news=struct(self.check(one.token, inputs, one.inputs)),
        )
        return self._servicer.Diff(request, self._context)

    def update(self, one: Resource, **inputs: Any) -> Resource:
        """Change a resource to these inputs."""
        checked = self.check(one.token, inputs, one.inputs)
        request = provider_pb2.UpdateRequest(
            id=one.id,
            urn=_urn(one.token, "r"),
            olds=struct(one.state),
            old_inputs=struct(one.inputs),
            news=struct(checked),
        )
        answer = self._servicer.Update(request, self._context)
        return Resource(self, one.token, one.id, checked, plain(answer.properties))

    def read(self, token: str, identifier: str, one: Resource | None = None) -> Resource | None:
        """A resource as it is; without `one` as an import asks for it."""
        request = provider_pb2.ReadRequest(
            id=identifier,
            urn=_urn(token, "r"),
            inputs=struct(one.inputs if one else {}),
            properties=struct(one.state if one else {}),
        )
        answer = self._servicer.Read(request, self._context)
        return Resource(self, token, answer.id, plain(answer.inputs), plain(answer.properties)) if answer.id else None

    def found(self, token: str, identifier: str, inputs: Mapping[str, Any]) -> Resource | None:
        """One that was asked for, and of which nothing is known but where it would be."""
        request = provider_pb2.ReadRequest(id=identifier, urn=_urn(token, "r"), inputs=struct(inputs))
        answer = self._servicer.Read(request, self._context)
        return Resource(self, token, answer.id, plain(answer.inputs), plain(answer.properties)) if answer.id else None

    def delete(self, one: Resource) -> None:
        """Remove a resource."""
        request = provider_pb2.DeleteRequest(
            id=one.id, urn=_urn(one.token, "r"), properties=struct(one.state), old_inputs=struct(one.inputs)
        )
        self._servicer.Delete(request, self._context)

    def invoke(self, token: str, **given: Any) -> Properties:
        """A data source's answer."""
        answer = self._servicer.Invoke(provider_pb2.InvokeRequest(tok=token, args=struct(given)), self._context)
        return plain(getattr(answer, "return"))


class Resource:
    """A resource that was made. inputs: as checked."""

    def __init__(self, plugin: Plugin, token: str, identifier: str, inputs: Properties, state: Properties) -> None:
        self.plugin, self.token, self.id, self.inputs, self.state = plugin, token, identifier, inputs, state

    def __getitem__(self, name: str) -> Any:
        return self.state[name]

    def again(self) -> Resource | None:
        """As a refresh finds it."""
        return self.plugin.read(self.token, self.id, self)

    def given(self) -> Properties:
        """Its inputs as a program gives them, without what the provider filled in."""
        made = {*self.inputs.get("__defaults", ()), "__defaults"}
        return {key: value for key, value in self.inputs.items() if key not in made}


def changes(answer: provider_pb2.DiffResponse) -> dict[str, bool]:
    """Paths of a diff's properties, and whether they replace."""
    return {path: path in answer.replaces for path in answer.diffs}


def _urn(token: str, name: str) -> str:
    return f"urn:pulumi:stack::project::{token}::{name}"


__all__ = ["Plugin", "Refused", "Resource", "changes"]
