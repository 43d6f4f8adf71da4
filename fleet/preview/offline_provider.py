"""The bundled providers, asked what they make of two versions of a resource's inputs; no cluster, no cloud (I2).

Whether a property can be changed in place is decided by the very code that decides it in an update: the plugin is
started as the engine starts it, without a way to a cluster, and answers Check and Diff.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

import grpc
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from fleet.errors import FleetError
from fleet.preview.danger import UNSURE
from localcloud.paths import checkout
from localcloud.plugins import PROVIDERS
from localcloud.toolchain import tool

_WHERE: Final = ("kubeconfig", "context", "cluster", "clusterIdentifier")
"""Options of a provider that say where its cluster is, which nothing here asks for."""
_MESSAGE_BYTES: Final = 400 << 20
_STARTS_WITHIN_S: Final = 30.0
_SIGNS: Final = {value: name for name, value in provider_pb2.PropertyDiff.Kind.items()}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What changes between two versions of a resource.

    paths: changed properties, with "add", "update-replace" and so on, as in the engine's events. replaced: whether the
    change cannot be made in place. before, after: the two versions as the provider names and completes them.
    """

    paths: Mapping[str, str]
    replaced: bool
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass
class OfflineProviders:
    """The providers of a run, each started when it is first needed. Use as a context.

    can: packages that there is a plugin for.
    """

    can: frozenset[str] = frozenset(each.name for each in PROVIDERS)
    _running: dict[str, "_Plugin"] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for plugin in self._running.values():
            plugin.stop()
        self._running.clear()

    def compare(
        self,
        urn: str,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        settings: Mapping[str, Any],
        ignored: list[str],
    ) -> Difference:
        """What an update from one version of a resource's inputs to another is.

        settings: inputs of the provider resource that it hangs on. ignored: its ignoreChanges.
        Raises FleetError with the provider's words for objects that Kubernetes' refuses.
        """
        if (package := _package(urn)) not in self.can:
            return unsure(before, after)
        try:
            return self._plugin(package, settings).compare(urn, before, after, ignored)
        except FleetError:
            if package == "kubernetes":
                raise
            return unsure(before, after)  # a kind that the bundled plugin does not know; the official one does

    def compare_settings(self, urn: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
        """The same of the provider resource itself: a replacement is one of everything that hangs on it."""
        if (package := _package(urn)) not in self.can:
            return unsure(before, after)
        return self._plugin(package, before).compare_settings(urn, before, after)

    def _plugin(self, package: str, settings: Mapping[str, Any]) -> "_Plugin":
        chosen = {key: value for key, value in settings.items() if key not in _WHERE}
        key = json.dumps([package, chosen], sort_keys=True)
        if key not in self._running:
            self._running[key] = _Plugin(package, chosen)
        return self._running[key]


class _Plugin:
    """One process of a plugin, configured for nowhere."""

    def __init__(self, package: str, settings: Mapping[str, Any]) -> None:
        # Without HOME and KUBECONFIG there is no cluster that it could find by itself.
        environment = {key: value for key, value in os.environ.items() if key not in ("KUBECONFIG", "HOME")}
        self._process = subprocess.Popen(
            _command(package),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment, "HOME": os.devnull, "PYTHONPATH": str(checkout())},
        )
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        port = self._process.stdout.readline().decode().strip()
        if not port:
            raise FleetError(f"the plugin for {package!r} does not start")
        limit = [("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.max_send_message_length", _MESSAGE_BYTES)]
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=limit)
        grpc.channel_ready_future(self._channel).result(timeout=_STARTS_WITHIN_S)
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        if package == "kubernetes":  # the others need no settings to compare
            variables = {f"{package}:config:{key}": _text(value) for key, value in settings.items()}
            self._stub.Configure(provider_pb2.ConfigureRequest(variables=variables, acceptSecrets=True))
        self._package = package

    def stop(self) -> None:
        """Ends the process: it goes when its standard input does."""
        self._channel.close()
        self._process.kill()
        self._process.wait()

    def compare(self, urn: str, before: Mapping[str, Any], after: Mapping[str, Any], ignored: list[str]) -> Difference:
        old = self._checked(urn, before, {})
        new = self._checked(urn, after, old)
        # The state of an object that is as its inputs say. Providers of other packages take the outputs as they are.
        state = {**old, "__inputs": old} if self._package == "kubernetes" else old
        request = provider_pb2.DiffRequest(
            urn=urn,
            id="offline",
            olds=_struct(state),
            news=_struct(new),
            old_inputs=_struct(old),
            ignoreChanges=ignored,
        )
        try:
            answer = self._stub.Diff(request)
        except grpc.RpcError as error:
            raise FleetError(f"{urn.rsplit('::', 1)[-1]}: {error.details()}") from None
        return _difference(answer, old, new)

    def compare_settings(self, urn: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
        # What is in the kubeconfig's place here is the same empty file on both sides.
        old, new = (_struct({key: each[key] for key in each if key != "kubeconfig"}) for each in (before, after))
        try:
            answer = self._stub.DiffConfig(
                provider_pb2.DiffRequest(urn=urn, id="offline", olds=old, news=new, old_inputs=old)
            )
        except grpc.RpcError as error:
            raise FleetError(f"{urn.rsplit('::', 1)[-1]}: {error.details()}") from None
        return _difference(answer, before, after)

    def _checked(self, urn: str, inputs: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
        request = provider_pb2.CheckRequest(urn=urn, olds=_struct(old), news=_struct(inputs), randomSeed=b"0" * 32)
        try:
            answer = self._stub.Check(request)
        except grpc.RpcError as error:
            raise FleetError(f"{urn.rsplit('::', 1)[-1]}: {error.details()}") from None
        if answer.failures:
            told = "; ".join(f"{each.property}: {each.reason}" for each in answer.failures)
            raise FleetError(f"{urn.rsplit('::', 1)[-1]}: {told}")
        checked: dict[str, Any] = _plain(json_format.MessageToDict(answer.inputs))
        return checked


def _command(package: str) -> list[str]:
    (provider,) = (each for each in PROVIDERS if each.name == package)
    return [sys.executable, "-m", provider.module] if provider.module else [str(tool(provider.program))]


def unsure(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """What changes where no plugin can be asked: whether it can be done in place is not known."""
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return Difference(paths=dict.fromkeys(changed, f"update{UNSURE}"), replaced=False, before=before, after=after)


def _difference(answer: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    paths = {path: _SIGNS[each.kind].lower().replace("_", "-") for path, each in answer.detailedDiff.items()}
    changed = answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    for path in answer.replaces:
        if not paths.get(path, "").endswith("-replace"):
            paths[path] = f"{paths.get(path, 'update')}-replace"
    if changed and not paths:
        paths = dict.fromkeys(answer.diffs, "update")
    return Difference(paths=paths, replaced=bool(answer.replaces), before=before, after=after)


def _plain(value: Any) -> Any:
    """The value with secrets taken out of their wrapping: they are digests here (fleet/preview/rendering.py)."""
    if isinstance(value, dict):
        if _MARK in value and "value" in value:
            return _plain(value["value"])
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


_MARK: Final = "4dabf18193072939515e22adb298388d"
"""Key of a special value in serialised properties (Pulumi's resource.SigKey)."""


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(values), struct_pb2.Struct())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _package(urn: str) -> str:
    """Package of a resource's type, or of the provider that it is."""
    token = urn.split("::")[2].rsplit("$", 1)[-1].split(":")
    return token[2] if token[:2] == ["pulumi", "providers"] else token[0]
