"""Runs a Pulumi program without an engine and keeps what it registers, options included."""

import asyncio
import contextvars
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import pulumi
from pulumi.runtime import mocks, rpc
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_pulumi_func

from localcloud.paths import checkout
from stacks.lean_sdk import make_lean

PASSWORD: Final = "random:index/randomPassword:RandomPassword"


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One resource as the engine would be told of it. type: token. chain: types of its parents and its own, by `$`.
    deleted_first: whether a replacement deletes the old one before it makes the new. sources: URNs of what a property
    comes from, by its name."""

    urn: str
    type: str
    chain: str
    name: str
    inputs: dict[str, Any]
    custom: bool
    protect: bool
    deleted_with: str
    deleted_first: bool
    depends_on: tuple[str, ...]
    sources: Mapping[str, frozenset[str]]


@dataclass
class Recording:
    """What a program did. outputs: those of the stack. error: what it ended with."""

    resources: list[Registered] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    error: BaseException | None = None

    def of(self, token: str) -> list[Registered]:
        """The resources of a type."""
        return [each for each in self.resources if each.type == token]

    def one(self, token: str, name: str) -> Registered:
        """The resource of a type and logical name."""
        (found,) = (each for each in self.of(token) if each.name == name)
        return found


class _Echo(mocks.Mocks):
    def __init__(self, recorded: Mapping[str, Any]) -> None:
        self.recorded = recorded

    def call(self, args: mocks.MockCallArgs) -> Any:
        assert args.token == "pulumi:pulumi:readStackOutputs", args.token
        return {"name": args.args["name"], "outputs": dict(self.recorded), "secretOutputNames": []}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        made = {"result": sha256(args.name.encode()).hexdigest()[:32]} if args.typ == PASSWORD else {}
        if args.typ.startswith("aws:"):
            made = aws_outputs(args.typ, args.name, args.inputs)
        return f"{args.name}-id", {**args.inputs, **made}


def aws_outputs(token: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What AWS would say of a resource besides what it was told: as much as our components read."""
    kind, service = token.rpartition(":")[2], token.removeprefix("aws:").partition("/")[0]
    made: dict[str, Any] = {"arn": f"arn:aws:{service}:::{kind}/{name}"}
    if kind == "Cluster" and token.startswith("aws:eks"):
        made |= {"endpoint": f"https://{name}.eks.example", "certificateAuthority": {"data": "Y2VydGlmaWNhdGU="}}
        made["vpcConfig"] = {**inputs["vpcConfig"], "clusterSecurityGroupId": f"sg-{name}"}
    if kind == "Cluster" and token.startswith("aws:rds"):
        made |= {"endpoint": f"{name}.rds.example", "masterUserSecrets": [{"secretArn": f"arn:aws:secret:{name}"}]}
    if kind == "Certificate":
        proof = {"resourceRecordName": "_proof", "resourceRecordType": "CNAME", "resourceRecordValue": "_value"}
        made["domainValidationOptions"] = [proof]
    by_kind: dict[str, dict[str, Any]] = {
        "Key": {"keyId": f"{name}-id"},
        "LaunchTemplate": {"latestVersion": 1},
        "LoadBalancer": {"dnsName": f"{name}.elb.example", "zoneId": "Z-ELB"},
        "Record": {"fqdn": f"{name}.example"},
        "Queue": {"url": f"https://sqs.example/{name}"},
        "Repository": {"repositoryUrl": f"registry.example/{name}"},
        "Zone": {"zoneId": f"{name}-id", "nameServers": ["ns.example"]},
    }
    return made | by_kind.get(kind, {})


class _Monitor(mocks.MockMonitor):
    """The SDK's stand-in for the engine, which forgets the options; this one keeps them."""

    def __init__(self, echo: _Echo, recording: Recording) -> None:
        super().__init__(echo)
        self.recording = recording

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  the protocol's name
        answer = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            self.recording.resources.append(
                Registered(
                    urn=answer.urn,
                    type=request.type,
                    chain=answer.urn.split("::")[2],
                    name=request.name,
                    inputs=rpc.deserialize_properties(request.object),
                    custom=request.custom,
                    protect=request.protect,
                    deleted_with=request.deletedWith,
                    deleted_first=request.deleteBeforeReplace,
                    depends_on=tuple(sorted(request.dependencies)),
                    sources={key: frozenset(each.urns) for key, each in request.propertyDependencies.items()},
                )
            )
        return answer


def record(program: Callable[[], None], previous: Mapping[str, Any] | None = None) -> Recording:
    """What the program registers, and how it ends. previous: the stack's outputs of the update before."""
    recording = Recording()
    make_lean(checkout())

    async def run() -> None:
        monitor = _Monitor(_Echo(previous or {}), recording)
        mocks.set_mocks(_Echo(previous or {}), "tenantplane", "test", False, None, monitor, "organization")
        try:
            await run_pulumi_func(program)
        except BaseException as error:
            recording.error = error
        root = pulumi.runtime.get_root_resource()
        recording.outputs = dict(getattr(root, "outputs", {}))

    # A context of its own, so that nothing of one program is left for the next; what a failed one has left to wait for
    # belongs to a loop that is closed.
    contextvars.copy_context().run(asyncio.run, run())
    SETTINGS.outputs.clear()
    return recording
