"""Carries out what the table says of a type: create, read, update and delete as calls of boto3."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from localcloud.aws.model import Call, Kind, Read
from localcloud.aws.provider import tagging
from localcloud.aws.provider.difference import changed, conformed
from localcloud.aws.provider.sdk import sdk_type
from localcloud.aws.provider.session import AwsError, Session, input_shape
from localcloud.aws.provider.templates import arguments, filled, found, from_api, properties

Properties = dict[str, Any]

_GONE: Final = re.compile(r"NotFound|NoSuch|DoesNotExist|NonExist|^404$", re.IGNORECASE)


class PartialError(Exception):
    """A resource was made, and a later call failed: the engine records it and tries again."""

    def __init__(self, identifier: str, state: Properties, reason: str) -> None:
        super().__init__(reason)
        self.identifier = identifier
        self.state = state


class Resource:
    """One resource of a type, with the session of its provider. name: as in the stack."""

    def __init__(self, kind: Kind, session: Session, name: str = "") -> None:
        self._kind = kind
        self._session = session
        self._name = name
        self._hooks = kind.hooks() if kind.hooks else None

    def create(self, inputs: Properties) -> tuple[str, Properties]:
        """Make it; its id and state. Raises AwsError, or PartialError once something is there."""
        scope = self._scope("", inputs)
        if self._hooks is not None:
            self._hooks.before(scope)
        tags = tagging.at_creation(self._kind.tags, inputs.get("tags") or {})
        scope["raw"] = self._call(self._kind.create, scope, tags)
        identifier = str(filled(self._kind.id, scope))
        scope["id"] = identifier
        try:
            extra = dict(self._hooks.created(scope)) if self._hooks else {}
            scope["extra"] = extra
            for step in self._kind.then:
                if not step.when or any(inputs.get(name) is not None for name in step.when):
                    scope["raw"] = self._call(step, scope)
            if self._kind.tags and not self._kind.tags.create and inputs.get("tags"):
                self._tag({}, inputs["tags"], scope)
            state = self.read(identifier, inputs)
        except Exception as error:
            raise PartialError(identifier, dict(inputs), str(error)) from error
        if state is None:
            raise PartialError(identifier, dict(inputs), f"{identifier} cannot be read after it was made")
        return identifier, {**state, **extra}

    def read(self, identifier: str, inputs: Properties, state: Properties | None = None) -> Properties | None:
        """Its state, None when it is gone. inputs: empty for one that is imported. state: empty for one that may have
        been created, by an engine that was stopped before it knew."""
        known = inputs or self._of_id(identifier)
        scope = self._scope(identifier, known, state or {})
        actual = self._read(self._kind.read, scope)
        if actual is None:
            return None
        if self._hooks is not None and inputs and state == {}:
            self._hooks.resumed(scope)
            actual = self._read(self._kind.read, scope) or actual
        for read in self._kind.more:
            actual |= self._read(read, scope) or {}
        if self._kind.tags is not None:
            actual["tags"] = self._tags(scope)
            actual["tagsAll"] = actual["tags"]
        if self._hooks is not None:
            own = self._hooks.read({**scope, "actual": actual})
            if own is None:
                return None
            actual |= own
        kept = {key: value for key, value in known.items() if key in self._kind.unread or key not in actual}
        shown = {key: conformed(self._kind, key, known.get(key), value, whole=True) for key, value in actual.items()}
        return {**kept, **shown, "region": known.get("region") or self._session.settings.region}

    def own_id(self, identifier: str) -> str:
        """The id of a resource that is looked for by the text that its type takes for imports."""
        return self._kind.imported(self._scope(identifier, {})) if self._kind.imported else identifier

    def inputs_of(self, state: Properties, inputs: Properties, identifier: str) -> Properties:
        """The inputs that a program would have to give for this state: those it gave, as they are now; for an imported
        one, all that are there."""
        known = sdk_type(self._kind.token).inputs
        if inputs:
            unread = self._kind.unread
            now = {
                key: value if key in unread else conformed(self._kind, key, value, state.get(key))
                for key, value in inputs.items()
            }
            if self._kind.tags is not None and state.get("tags"):
                now["tags"] = state["tags"]
            return now
        given = {key: state[key] for key in known if state.get(key) not in (None, False, [], {}, "")}
        filled_in = {key: state.get(key, value) for key, value in self._kind.defaults.items()}
        return {**given, **self._of_id(identifier), **filled_in}

    def update(self, identifier: str, old: Properties, new: Properties, state: Properties) -> Properties:
        """Change what differs; the new state. Raises AwsError or PartialError."""
        what = changed(self._kind, old, new)
        scope = {**self._scope(identifier, new, state), "was": old}
        try:
            for step in (*self._kind.then, *self._kind.update):
                if what.intersection(step.when) if step.when else what - {"tags"}:
                    scope["raw"] = self._call(step, scope)
            if self._kind.tags is not None and "tags" in what:
                self._tag(old.get("tags") or {}, new.get("tags") or {}, scope)
            extra = dict(self._hooks.updated(scope)) if self._hooks else {}
            actual = self.read(identifier, new, state)
        except AwsError as error:
            raise PartialError(identifier, state, str(error)) from error
        if actual is None:
            raise AwsError(f"{identifier} is gone; `pulumi refresh` takes note of it")
        return {**actual, **extra}

    def delete(self, identifier: str, inputs: Properties, state: Properties) -> None:
        """Remove it; one that is gone already is fine. Raises AwsError."""
        scope = self._scope(identifier, inputs or self._of_id(identifier), state)
        for step in self._kind.delete:
            try:
                scope["raw"] = self._call(step, scope)
            except AwsError as error:
                if not _GONE.search(error.code):
                    raise
        if self._hooks is not None:
            self._hooks.deleted(scope)

    def _of_id(self, identifier: str) -> Properties:
        if not self._kind.ids:
            return {}
        parts = identifier.split(self._kind.between, len(self._kind.ids) - 1)
        if len(parts) != len(self._kind.ids):
            raise AwsError(
                f"{identifier!r} is no id of {self._kind.token}; it is {self._kind.between.join(self._kind.ids)}"
            )
        return dict(zip(self._kind.ids, parts, strict=True))

    def _scope(self, identifier: str, inputs: Properties, state: Properties | None = None) -> dict[str, Any]:
        return {
            "id": identifier,
            "in": inputs,
            "state": state or {},
            "was": {},
            "extra": {},
            "region": inputs.get("region") or self._session.settings.region,
            "account": self._session.account,
            "partition": "aws",
            "name": self._name,
            "session": self._session,
        }

    def _call(self, call: Call, scope: dict[str, Any], further: Mapping[str, Any] | None = None) -> Any:
        if not filled(call.only, scope):
            return scope.get("raw", {})
        service = call.client or self._kind.client
        answer: Any = {}
        for item in self._items(call, scope):
            here = {**scope, "item": item}
            shape = input_shape(service, call.do)
            given = arguments(shape, self._carried(here["in"]), call.rename) if call.auto else {}
            given |= arguments(shape, filled(call.give, here), call.rename) | dict(further or {})
            try:
                answer = self._session.call(service, call.do, given, scope["region"])
            except AwsError as error:
                if error.code not in call.mends:
                    raise
        return answer

    def _items(self, call: Call, scope: Mapping[str, Any]) -> Iterator[Any]:
        if call.each:
            yield from filled(call.each, scope) or ()
        else:
            yield None

    def _carried(self, inputs: Mapping[str, Any]) -> Properties:
        left_out = {"region", "tags", *self._kind.ignored}
        return {key: value for key, value in inputs.items() if key not in left_out and not key.startswith("__")}

    def _read(self, read: Read, scope: dict[str, Any]) -> Properties | None:
        try:
            answer = self._call(read.call, scope)
        except AwsError as error:
            if _GONE.search(error.code) or error.code in read.absent:
                return None
            raise
        plainly = isinstance(read.found, str) and not read.found.startswith("=")
        thing = found(read.found, answer) if plainly else filled(read.found, {**scope, "raw": answer})
        if thing is None or thing == []:
            return None
        here = {**scope, "raw": answer, "found": thing}
        if read is self._kind.read:
            scope["found"] = thing
        known = sdk_type(self._kind.token).outputs
        actual = properties(thing, known) if read.auto and isinstance(thing, Mapping) else {}
        actual.pop("tags", None)
        actual |= {name: from_api(filled(value, here), known.get(name, Any)) for name, value in read.outputs.items()}
        return {key: value for key, value in actual.items() if value is not None and key != "id"}

    def _tags(self, scope: dict[str, Any]) -> dict[str, str]:
        tags = self._kind.tags
        if tags is None or tags.read is None:
            return tagging.from_form(found(tags.found if tags else "Tags", scope.get("found", {})))
        try:
            return tagging.from_form(found(tags.found, self._call(tags.read, scope)))
        except AwsError as error:
            if _GONE.search(error.code):
                return {}
            raise

    def _tag(self, old: Mapping[str, str], new: Mapping[str, str], scope: dict[str, Any]) -> None:
        tags = self._kind.tags
        if tags is None:
            return
        added, removed = tagging.change(old, new)
        if added and tags.tag is not None:
            self._call(
                tags.tag, {**scope, "tags": tagging.in_form(added, tags.form), "all": tagging.in_form(new, tags.form)}
            )
        if removed and tags.untag is not None:
            self._call(tags.untag, {**scope, "keys": removed, "all": tagging.in_form(new, tags.form)})
