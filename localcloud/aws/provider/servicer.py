"""Pulumi's provider protocol for the table of AWS types (H1)."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from localcloud.aws.kinds import KINDS, Kind
from localcloud.aws.provider import check, configuration
from localcloud.aws.provider.coverage import carried
from localcloud.aws.provider.difference import Difference, differences
from localcloud.aws.provider.foresight import before_creation, before_update
from localcloud.aws.provider.functions import FUNCTIONS, invoke
from localcloud.aws.provider.lifecycle import PartialError, Properties, Resource
from localcloud.aws.provider.naming import generated
from localcloud.aws.provider.sdk import UnknownTypeError, sdk_type
from localcloud.aws.provider.session import AwsError, Session
from localcloud.aws.provider.status import partial_status
from localcloud.aws.provider.wire import has_unknown, plain, struct
from localcloud.errors import LocalcloudError

Context = Any
_Answer = TypeVar("_Answer")
_Diff = provider_pb2.DiffResponse
_DEFAULTS = "__defaults"
"""Input that lists which inputs the provider filled in, as the official one keeps it."""


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine. version: of the SDK whose plugin this stands for."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._session: Session | None = None
        self._tags: Mapping[str, str] = {}
        self._inputs: Properties = {}
        self._lock = threading.Lock()

    def GetPluginInfo(self, _request: empty_pb2.Empty, _context: Context) -> plugin_pb2.PluginInfo:
        """The version that the SDK asks for."""
        return plugin_pb2.PluginInfo(version=self._version)

    def CheckConfig(self, request: provider_pb2.CheckRequest, _context: Context) -> provider_pb2.CheckResponse:
        """Refuse properties that the official provider does not know."""
        inputs = plain(request.news)
        failures = [
            provider_pb2.CheckFailure(property=path, reason=why) for path, why in configuration.problems(inputs)
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: provider_pb2.DiffRequest, _context: Context) -> provider_pb2.DiffResponse:
        """Another region is another provider, everything else is the same one told anew."""
        old, new = plain(request.old_inputs or request.olds), plain(request.news)
        paths = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        return _Diff(
            changes=_Diff.DIFF_SOME if paths else _Diff.DIFF_NONE,
            diffs=paths,
            replaces=[path for path in paths if path == "region"],
        )

    def Configure(self, request: provider_pb2.ConfigureRequest, context: Context) -> provider_pb2.ConfigureResponse:
        """Take the configuration; the endpoint is asked for with the first resource, so that nothing of it may be
        unknown then."""
        self._inputs = plain(request.args)
        if not has_unknown(self._inputs):
            _told(context, self._opened)
        return provider_pb2.ConfigureResponse(acceptSecrets=False, supportsPreview=True, acceptResources=False)

    def Check(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        """Inputs with what the provider fills in, or every mistake in them with its path."""
        token = request.type or _type_of(request.urn)
        kind = _told(context, lambda: _kind(token))
        inputs, olds = plain(request.news), plain(request.olds)
        found = list(check.problems(token, inputs))
        if not found:
            refused = sorted(set(inputs) - carried(kind) - {_DEFAULTS})
            found = [
                (name, "is not carried out by the local aws provider (docs/aws-provider.md says what is)")
                for name in refused
            ]
        if not found and kind.hooks is not None and (why := kind.hooks().check(inputs)):
            found = [("", why)]
        filled = {} if found else self._filled(kind, request, inputs, olds)
        return provider_pb2.CheckResponse(
            inputs=struct({**inputs, **filled}),
            failures=[provider_pb2.CheckFailure(property=path, reason=f"{token}: {path} {why}") for path, why in found],
        )

    def Diff(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        """What changed, and whether that makes a new resource."""
        kind = _told(context, lambda: _kind(request.type or _type_of(request.urn)))
        old = plain(request.old_inputs) or plain(request.olds)
        new = plain(request.news)
        ignored = set(request.ignoreChanges)
        found = [each for each in differences(kind, old, new) if each.path not in ignored]
        replaces = [each.path for each in found if each.replaces]
        return _Diff(
            changes=_Diff.DIFF_SOME if found else _Diff.DIFF_NONE,
            diffs=[each.path for each in found],
            replaces=replaces,
            deleteBeforeReplace=bool(replaces) and _collides(kind, old, new),
            hasDetailedDiff=True,
            detailedDiff={each.path: provider_pb2.PropertyDiff(kind=_kind_of(each), inputDiff=True) for each in found},
        )

    def Create(self, request: provider_pb2.CreateRequest, context: Context) -> provider_pb2.CreateResponse:
        """Make a resource; a preview answers with what is known."""
        token = request.type or _type_of(request.urn)
        kind, inputs = _told(context, lambda: _kind(token)), plain(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(id="", properties=struct(before_creation(token, inputs)))
        one = self._resource(context, kind, request.name or _name_of(request.urn))
        identifier, state = _told(context, lambda: one.create(inputs), f"creating {token}", inputs)
        return provider_pb2.CreateResponse(id=identifier, properties=struct(state))

    def Read(self, request: provider_pb2.ReadRequest, context: Context) -> provider_pb2.ReadResponse:
        """A resource as it is now; no id when it is gone. Also for an import, then without inputs."""
        token = request.type or _type_of(request.urn)
        kind, inputs = _told(context, lambda: _kind(token)), plain(request.inputs)
        one = self._resource(context, kind, request.name or _name_of(request.urn))
        was = plain(request.properties)
        found = request.id if was else _told(context, lambda: one.own_id(request.id), f"reading {token}")
        state = _told(context, lambda: one.read(found, inputs, was), f"reading {token}")
        if state is None:
            return provider_pb2.ReadResponse(id="")
        now = one.inputs_of(state, inputs, found)
        return provider_pb2.ReadResponse(id=found, properties=struct(state), inputs=struct(now))

    def Update(self, request: provider_pb2.UpdateRequest, context: Context) -> provider_pb2.UpdateResponse:
        """Change a resource in place."""
        token = request.type or _type_of(request.urn)
        kind = _told(context, lambda: _kind(token))
        old, new, state = plain(request.old_inputs), plain(request.news), plain(request.olds)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=struct(before_update(state, new)))
        one = self._resource(context, kind, request.name or _name_of(request.urn))
        made = _told(
            context, lambda: one.update(request.id, old or state, new, state), f"updating {token} {request.id}", old
        )
        return provider_pb2.UpdateResponse(properties=struct(made))

    def Delete(self, request: provider_pb2.DeleteRequest, context: Context) -> empty_pb2.Empty:
        """Remove a resource."""
        token = request.type or _type_of(request.urn)
        kind = _told(context, lambda: _kind(token))
        one = self._resource(context, kind, request.name or _name_of(request.urn))
        state, inputs = plain(request.properties), plain(request.old_inputs)
        _told(context, lambda: one.delete(request.id, inputs, state), f"deleting {token} {request.id}")
        return empty_pb2.Empty()

    def Invoke(self, request: provider_pb2.InvokeRequest, context: Context) -> provider_pb2.InvokeResponse:
        """A data source."""
        if request.tok not in FUNCTIONS:
            message = f"{request.tok} is not among the local aws provider's functions: {', '.join(sorted(FUNCTIONS))}"
            context.abort(grpc.StatusCode.UNIMPLEMENTED, message)
        given = plain(request.args)
        session = _told(context, self._opened)
        answer = _told(context, lambda: invoke(request.tok, given, session), request.tok)
        return provider_pb2.InvokeResponse(**{"return": struct(answer)})

    def Cancel(self, _request: empty_pb2.Empty, _context: Context) -> empty_pb2.Empty:
        """Calls are short; those under way end by themselves."""
        return empty_pb2.Empty()

    def _resource(self, context: Context, kind: Kind, name: str) -> Resource:
        return Resource(kind, _told(context, self._opened), name)

    def _opened(self) -> Session:
        with self._lock:
            if self._session is None:
                found = configuration.configuration(self._inputs)
                session = Session(found.settings)
                if found.accounts and session.account not in found.accounts:
                    raise LocalcloudError(
                        f"the local AWS is account {session.account}, "
                        f"and the program allows {', '.join(found.accounts)}"
                    )
                self._session, self._tags = session, found.tags
            return self._session

    def _filled(
        self, kind: Kind, request: provider_pb2.CheckRequest, inputs: Properties, olds: Properties
    ) -> Properties:
        made = {key: value for key, value in kind.defaults.items() if inputs.get(key) is None}
        if kind.autoname is not None and inputs.get(kind.autoname[0]) is None:
            name, longest = kind.autoname
            named = request.name or _name_of(request.urn)
            made[name] = olds.get(name) or generated(named, longest, request.randomSeed, request.autonaming)
        if kind.tags is not None and self._tags:
            made["tags"] = {**self._tags, **(inputs.get("tags") or {})}
        if "region" in sdk_type(kind.token).inputs and inputs.get("region") is None and self._session is not None:
            made["region"] = self._session.settings.region
        return {**made, _DEFAULTS: sorted({*made} - {"tags"})}


def _kind(token: str) -> Kind:
    if token in KINDS:
        return KINDS[token]
    try:
        sdk_type(token)
    except UnknownTypeError as error:
        raise LocalcloudError(str(error)) from error
    raise LocalcloudError(
        f"the local aws provider has no {token}, and makes nothing up: docs/aws-provider.md lists what it has; "
        "a new type is a few lines in localcloud/aws/kinds"
    )


def _told(context: Context, do: Callable[[], _Answer], what: str = "", inputs: Properties | None = None) -> _Answer:
    """Do it; what fails for a reason that a person understands becomes the answer."""
    try:
        return do()
    except PartialError as error:
        context.abort_with_status(partial_status(error, what, inputs or {}))
        raise
    except (AwsError, LocalcloudError) as error:
        context.abort(grpc.StatusCode.UNKNOWN, f"{what}: {error}" if what else str(error))
        raise


def _collides(kind: Kind, old: Properties, new: Properties) -> bool:
    """Whether the new resource would have the old one's name, so that the old has to go first."""
    if kind.autoname is None:
        return bool(kind.ids)
    name = kind.autoname[0]
    return name not in (new.get(_DEFAULTS) or ()) and old.get(name) == new.get(name)


def _kind_of(difference: Difference) -> Any:
    word = difference.kind.upper() + ("_REPLACE" if difference.replaces else "")
    return provider_pb2.PropertyDiff.Kind.Value(word)


def _type_of(urn: str) -> str:
    return urn.split("::")[2].rsplit("$", maxsplit=1)[-1]


def _name_of(urn: str) -> str:
    return urn.split("::", 3)[3]
