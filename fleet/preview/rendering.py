"""Runs the program of one revision without an engine, and keeps what it registers (I2).

What an engine answers is made up as in a preview: a resource's outputs are its inputs, and what only a cloud would know
is unknown. Needs nothing of the project but its program, so that any revision's can be rendered.
"""

import asyncio
import contextvars
import hmac
import runpy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi
from google.protobuf import struct_pb2
from pulumi.runtime import mocks, rpc
from pulumi.runtime.config import CONFIG
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_pulumi_func

from fleet.preview.danger import kind_of
from fleet.preview.masking import SECRET, SECRET_FIELDS, SECRET_KINDS

UNKNOWN: Final = rpc.UNKNOWN
"""Stands for a value that is known once the update runs."""

_MARK, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""How Pulumi marks a secret in serialised properties (resource.SigKey and resource.SecretSig)."""
_STACK: Final = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Rendering:
    """What a program registers, in its order, the stack itself left out; and the stack's outputs."""

    resources: list[dict[str, Any]]
    outputs: dict[str, Any]


def render(
    root: Path,
    stack: str,
    config: Mapping[str, str],
    salt: bytes,
    known: Mapping[str, Mapping[str, Any]],
    *,
    named: bool = False,
) -> Rendering:
    """What the program in `root` makes of a stack.

    config: by full key, such as "tenantplane:environment". salt: of the run, so that two values of a secret can be told
    apart and neither be found out: a secret is a text of SECRET and a digest. known: outputs of other stacks. named:
    gives every resource of AWS an id and an ARN, and every password a text, which stand in for those that will be: what
    is written of them, such as a policy, can then be read.
    Errors: whatever the program ends with; pulumi.RunError is its own refusal.
    """
    monitor = _Monitor(salt, known, named=named)
    failure: list[BaseException] = []

    def program() -> None:
        runpy.run_path(str(root / "__main__.py"), run_name="__main__")

    async def run() -> None:
        CONFIG.set(dict(config))
        mocks.set_mocks(_NoMocks(), "tenantplane", stack, True, None, monitor, "organization")
        try:
            await run_pulumi_func(program)
            made = getattr(pulumi.runtime.get_root_resource(), "outputs", {})
            monitor.take_outputs(await rpc.serialize_properties(dict(made), {}))
        except BaseException as error:
            failure.append(error)

    # A context of its own, so that nothing of one stack is left for the next.
    contextvars.copy_context().run(asyncio.run, run())
    SETTINGS.outputs.clear()
    if failure:
        raise failure[0]
    return Rendering(monitor.registered, monitor.outputs)


class _NoMocks(mocks.Mocks):
    """Never asked: the monitor below answers by itself."""

    def call(self, args: mocks.MockCallArgs) -> Any:
        raise NotImplementedError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise NotImplementedError(args.typ)


class _Monitor(mocks.MockMonitor):
    """The engine's end of the protocol. It echoes, and decodes nothing twice."""

    def __init__(self, salt: bytes, known: Mapping[str, Mapping[str, Any]], *, named: bool = False) -> None:
        super().__init__(_NoMocks())
        self._named = named
        self.registered: list[dict[str, Any]] = []
        self.outputs: dict[str, Any] = {}
        self._known = known
        self._salt = salt

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  the protocol's name
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == _STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        inputs = self._plain(request.object, kind_of(request.type) in SECRET_KINDS)
        self.registered.append(
            {
                "urn": urn,
                "type": request.type,
                "name": request.name,
                "parent": request.parent,
                "custom": request.custom,
                "inputs": inputs,
                "provider": request.provider.rsplit("::", 1)[0],  # without the id, which is none yet
                "depends": sorted(
                    {*request.dependencies, *(u for each in request.propertyDependencies.values() for u in each.urns)}
                ),
                "by_property": {key: sorted(each.urns) for key, each in request.propertyDependencies.items()},
                "protect": request.protect,
                "retain": request.retainOnDelete,
                "replace_first": request.deleteBeforeReplace,
                "ignored": list(request.ignoreChanges),
                "replaced_on": list(request.replaceOnChanges),
                "aliases": [*request.aliasURNs, *(self._alias(each, request) for each in request.aliases)],
            }
        )
        given = _given(request.type, request.name) if self._named and request.custom else {}
        if not given:
            return resource_pb2.RegisterResourceResponse(urn=urn, id="", object=request.object)
        made = struct_pb2.Struct()
        made.CopyFrom(request.object)
        made.update(given)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=f"stand-in-{request.name}", object=made)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802  the protocol's name
        urn = self.make_urn(request.parent, request.type, request.name)
        return resource_pb2.ReadResourceResponse(urn=urn, properties=request.properties)

    def take_outputs(self, outputs: struct_pb2.Struct) -> None:
        """Keeps what the stack would tell others."""
        self.outputs = self._plain(outputs, False)

    def Invoke(self, request: Any) -> Any:  # noqa: N802  the protocol's name
        # The stack itself has no past: whom it may lose is looked at across all stacks (fleet/preview/side.py).
        answer = struct_pb2.Struct()
        if request.tok == "pulumi:pulumi:readStackOutputs":
            stack = request.args["name"].rpartition("/")[2]
            answer.update({"outputs": dict(self._known.get(stack, {}))})
        return resource_pb2.ResourceInvokeResponse(**{"return": answer})

    def _alias(self, alias: Any, request: Any) -> str:
        """The URN a resource had before, as far as its alias says it."""
        if alias.urn:
            return str(alias.urn)
        spec = alias.spec
        parent = "" if spec.noParent else spec.parentUrn or request.parent
        return str(self.make_urn(parent, spec.type or request.type, spec.name or request.name))

    def _plain(self, struct: struct_pb2.Struct, secret: bool) -> dict[str, Any]:
        return {
            key: self._value(value, secret and key in SECRET_FIELDS) for key, value in sorted(struct.fields.items())
        }

    def _value(self, value: struct_pb2.Value, secret: bool) -> Any:
        kind = value.WhichOneof("kind")
        if kind == "struct_value":
            fields = value.struct_value.fields
            if _MARK in fields and fields[_MARK].string_value == _SECRET:
                return self._value(fields["value"], True)
            return {key: self._value(each, secret) for key, each in sorted(fields.items())}
        if kind == "list_value":
            return [self._value(each, secret) for each in value.list_value.values]
        if kind == "null_value" or kind is None:
            return None
        if kind == "number_value":
            number = value.number_value
            plain: Any = int(number) if number.is_integer() else number
        else:
            plain = value.string_value if kind == "string_value" else value.bool_value
        if not secret or plain == UNKNOWN:
            return plain
        return f"{SECRET}{hmac.new(self._salt, repr(plain).encode(), 'sha256').hexdigest()[:16]}"


def _given(kind: str, name: str) -> dict[str, str]:
    """What stands in for the outputs of a resource that others write into texts: its ARN, its address, its password."""
    stand_in = f"stand-in-{name}"
    if kind.startswith("aws:"):
        service = kind.removeprefix("aws:").partition("/")[0]
        return {"arn": f"arn:aws:{service}:::{stand_in}", "endpoint": stand_in}
    return {"result": stand_in} if kind == "random:index/randomPassword:RandomPassword" else {}


def refusal(error: BaseException) -> str:
    """What a program ended with, in its own words."""
    return str(error) if isinstance(error, pulumi.RunError) else f"{type(error).__name__}: {error}"


def stand_ins(value: Any, name: str) -> Any:
    """The value with a text in the place of everything in it that only an update will know: the same on both sides."""
    if isinstance(value, dict):
        return {key: stand_ins(each, f"{name}.{key}") for key, each in value.items()}
    if isinstance(value, list):
        return [stand_ins(each, f"{name}[{place}]") for place, each in enumerate(value)]
    return f"[{name}]" if value == UNKNOWN else value
