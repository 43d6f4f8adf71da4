"""The engine's end of the pack: its questions, decoded once each, and what the rules answer (I1).

The SDK decodes a resource for each policy that is asked about it, once more for each about the whole stack and once for
remediation, and sets its settings anew before each: half of what the pack took (docs/decisions/0019). This serves the
same protocol, and hands the rules what the SDK would have handed them.
"""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Protocol

from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import proto
from pulumi_policy.proxy import unknown_checking_proxy

from policies.objects import kind_of

if TYPE_CHECKING:
    from policies.session import Session
    from policies.verdict import Verdict

NAME: Final = "tenantplane"
VERSION: Final = "0.0.1"
RESOURCES: Final = "resources"
STACK: Final = "stack"
NOTES: Final = "notes"
_POLICIES: Final = {
    RESOURCES: (
        "Kubernetes objects and resources of AWS hold the controls of tenantplane.",
        proto.MANDATORY,
        proto.POLICY_TYPE_RESOURCE,
    ),
    STACK: ("The stack as a whole holds the controls of tenantplane.", proto.MANDATORY, proto.POLICY_TYPE_STACK),
    NOTES: ("Advice, exceptions, and rules that could not be evaluated.", proto.ADVISORY, proto.POLICY_TYPE_STACK),
}
"""What the engine is told of: three policies over all rules, because it counts every policy for every resource."""

_MARK: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the protocol's sign of a secret, none itself


class Awaited(Protocol):
    """What gives the rules, once they are there."""

    def result(self) -> "Session": ...


class Analyzer(proto.AnalyzerServicer):
    """Answers the engine. beginning: gives the rules; waited for at the first resource."""

    def __init__(self, beginning: Awaited) -> None:
        self._beginning = beginning

    def GetAnalyzerInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802  the protocol's names, here and below
        """Its policies. Their levels come from the catalogue, and a configuration of the engine's would be refused."""
        policies = [
            proto.PolicyInfo(name=name, description=description, enforcementLevel=level, policy_type=kind)
            for name, (description, level, kind) in _POLICIES.items()
        ]
        return proto.AnalyzerInfo(name=NAME, version=VERSION, supportsConfig=False, policies=policies)

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Its version."""
        return proto.PluginInfo(version=VERSION)

    def Configure(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Nothing: see GetAnalyzerInfo."""
        return empty_pb2.Empty()

    def ConfigureStack(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Told by variables before it starts, as every pack in Python is (localcloud/providers/langhost/policy.go)."""
        return proto.AnalyzerStackConfigureResponse()

    def Remediate(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Nothing: the pack says what is wrong, and changes nothing."""
        return proto.RemediateResponse()

    def Analyze(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Every rule about one resource, before it is made."""
        held = self._beginning.result()
        verdicts = held.resource(_resource(held, request))
        return proto.AnalyzeResponse(diagnostics=_told(RESOURCES, (each for each in verdicts if each.refused)))

    def AnalyzeStack(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Every rule about the stack as a whole; and what is advised, excepted, or could not be evaluated."""
        held = self._beginning.result()
        kinds = {each.urn: kind_of(each.type) for each in request.resources}
        whole = [_of_stack(held, each, kinds) for each in request.resources]
        verdicts = held.stack(whole)
        return proto.AnalyzeResponse(
            diagnostics=[
                *_told(STACK, (each for each in verdicts if each.refused)),
                *_told(NOTES, held.notes()),
            ]
        )


def decoded(struct: struct_pb2.Struct) -> Mapping[str, Any]:
    """The properties of a resource as the rules read them: secrets in the clear, and what is not known yet raises
    pulumi_policy.proxy.UnknownValueError when it is read. An asset or archive is a mapping."""
    return unknown_checking_proxy({key: _plain(value) for key, value in struct.fields.items()})


def _plain(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        if _MARK in fields and fields[_MARK].string_value == _SECRET:
            return _plain(fields["value"])
        return {key: _plain(each) for key, each in fields.items()}
    if kind == "list_value":
        return [_plain(each) for each in value.list_value.values]
    return getattr(value, kind) if kind not in (None, "null_value") else None


def _resource(held: "Session", request: Any) -> Any:
    return held.found(
        request.type,
        decoded(request.properties),
        name=request.name,
        urn=request.urn,
        protect=request.options.protect,
        provider=decoded(request.provider.properties) if request.HasField("provider") else {},
    )


def _of_stack(held: "Session", request: Any, kinds: Mapping[str, str]) -> Any:
    depends = chain(request.dependencies, *(each.urns for each in request.propertyDependencies.values()))
    return held.found(
        request.type,
        # What was seen before it was made is taken as it was seen; only what the program no longer makes is decoded.
        {} if request.urn in held.seen else decoded(request.properties),
        name=request.name,
        urn=request.urn,
        protect=request.options.protect,
        depends=frozenset(depends),
        origins={
            prop: frozenset(kinds.get(urn, "") for urn in each.urns)
            for prop, each in request.propertyDependencies.items()
        },
    )


def _told(policy: str, verdicts: "Iterable[Verdict]") -> list[Any]:
    description, level, _ = _POLICIES[policy]
    return [
        proto.AnalyzeDiagnostic(
            policyName=policy,
            policyPackName=NAME,
            policyPackVersion=VERSION,
            description=description,
            message=f"{description}\n{each}",
            enforcementLevel=level,
            urn=each.result.urn if policy != RESOURCES else "",
        )
        for each in verdicts
    ]
