"""Reads one YAML file of the catalogue into plain data that remembers the line of every value.

Only the plain part of YAML is taken: one document, UTF-8, no tabs, anchors, aliases or tags, no key twice. Scalars
follow YAML 1.2, so `no` is the text "no" and `20:00` is no number. What is refused here has surprised people elsewhere:
of two equal keys one is lost in silence, an alias bomb fills the memory, Norway turns into false.
"""

import re
from pathlib import Path
from typing import Any, Final

import yaml

from settings.problems import Problem

MAX_FILE_BYTES = 256 * 1024
"""Largest file read; a tenant is about one kilobyte."""
MAX_DEPTH = 24

YamlPath = tuple[str | int, ...]

SafeLoader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, which is about ten times faster than the pure one and gives the same."""
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CORE_TAG = "tag:yaml.org,2002:"
_FIRST = frozenset("0123456789+-.tfn~")


class Document:
    """A file's data, and where each part of it stands.

    file: as shown in problems. data: dict, list, str, int, float, bool or None.
    """

    __slots__ = ("_lines", "data", "file")

    def __init__(self, file: str, data: object, lines: dict[YamlPath, int]) -> None:
        self.file = file
        self.data = data
        self._lines = lines

    def line(self, path: YamlPath) -> int:
        """Line of the value at the path, or of the nearest enclosing value that exists."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def problem(self, path: YamlPath, what: str, allowed: str | None = None) -> Problem:
        """A problem at the line of the path."""
        return Problem(self.file, self.line(path), what, allowed)

    def get(self, *path: str | int) -> Any:
        """The value at the path, or None where there is none."""
        here: Any = self.data
        for step in path:
            if isinstance(here, dict) and isinstance(step, str):
                here = here.get(step)
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                here = here[step]
            else:
                return None
        return here


class _RefusedError(Exception):
    def __init__(self, line: int, what: str, allowed: str | None = None) -> None:
        super().__init__(what)
        self.line, self.what, self.allowed = line, what, allowed


def read(path: Path, file: str) -> tuple[Document | None, list[Problem]]:
    """The document of a file, if it is one, and what is wrong with it as YAML.

    path: where it is. file: how it is called in problems.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        return None, [Problem(file, 1, f"cannot be read: {error.strerror}", "a readable YAML file")]
    return parse(raw, file)


def parse(raw: bytes, file: str) -> tuple[Document | None, list[Problem]]:
    """As read, for the bytes of a file. A key given again is a problem and leaves the document with its first value."""
    try:
        composer = _Composer(_text(raw))
    except _RefusedError as refused:
        return None, [Problem(file, refused.line, refused.what, refused.allowed)]
    try:
        data = composer.document()
    except _RefusedError as refused:
        return None, [*composer.duplicates(file), Problem(file, refused.line, refused.what, refused.allowed)]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        return None, [*composer.duplicates(file), _invalid(file, line, str(error.problem or error.context))]
    except yaml.YAMLError as error:
        return None, [_invalid(file, 1, str(error).splitlines()[0])]
    return Document(file, data, composer.lines), composer.duplicates(file)


def _invalid(file: str, line: int, why: str) -> Problem:
    return Problem(file, line, f"not valid YAML: {why}", "YAML; look at indentation, quotes and brackets near here")


def _text(raw: bytes) -> str:
    if len(raw) > MAX_FILE_BYTES:
        raise _RefusedError(1, f"the file has {len(raw)} bytes", f"at most {MAX_FILE_BYTES} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _RefusedError(line, f"byte 0x{raw[error.start]:02x} is not UTF-8", "UTF-8 text") from None
    for number, line_text in enumerate(text.splitlines(), 1):
        if "\t" in line_text[: len(line_text) - len(line_text.lstrip())]:
            raise _RefusedError(number, "a tab indents this line", "spaces")
    if control := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, control.start()) + 1
        raise _RefusedError(line, f"control character 0x{ord(control[0]):02x}", "printable text")
    return text


class _Composer:
    """Turns the parser's events into data and lines; remembers repeated keys and goes on."""

    def __init__(self, text: str) -> None:
        self.lines: dict[YamlPath, int] = {}
        self._repeated: list[tuple[int, str, int]] = []
        self._parser = SafeLoader(text)

    def duplicates(self, file: str) -> list[Problem]:
        return [
            Problem(file, line, f"key {key!r} is given again (first on line {first})", "each key once")
            for line, key, first in self._repeated
        ]

    def document(self) -> object:
        try:
            return self._document()
        finally:
            self._parser.dispose()

    def _document(self) -> object:
        next_event = self._parser.get_event
        next_event()  # start of the stream
        first = next_event()
        if isinstance(first, yaml.StreamEndEvent):
            raise _RefusedError(1, "the file is empty", "a YAML mapping")
        event = next_event()
        data = self._value(event, (), 0)
        next_event()  # end of the document
        after = next_event()
        if not isinstance(after, yaml.StreamEndEvent):
            raise _RefusedError(after.start_mark.line + 1, "a second document starts here", "one document in a file")
        if data is None:
            raise _RefusedError(1, "the file is empty", "a YAML mapping")
        return data

    def _value(self, event: Any, path: YamlPath, depth: int) -> object:
        kind = type(event)
        if kind is yaml.AliasEvent:
            raise _RefusedError(event.start_mark.line + 1, f"alias *{event.anchor} is used", "the value written out")
        if event.anchor is not None:
            raise _RefusedError(event.start_mark.line + 1, f"anchor &{event.anchor} is used", "the value written out")
        if event.tag is not None:
            raise _RefusedError(
                event.start_mark.line + 1,
                f"tag {event.tag.replace(_CORE_TAG, '!!')} is used",
                "plain values without tags",
            )
        if path not in self.lines:
            self.lines[path] = event.start_mark.line + 1
        if kind is yaml.ScalarEvent:
            return _scalar(event.value) if event.implicit[0] else event.value
        if depth >= MAX_DEPTH:
            raise _RefusedError(event.start_mark.line + 1, "nested too deeply", f"at most {MAX_DEPTH} levels")
        return self._mapping(path, depth) if kind is yaml.MappingStartEvent else self._sequence(path, depth)

    def _sequence(self, path: YamlPath, depth: int) -> list[object]:
        items: list[object] = []
        while type(event := self._parser.get_event()) is not yaml.SequenceEndEvent:
            items.append(self._value(event, (*path, len(items)), depth + 1))
        return items

    def _mapping(self, path: YamlPath, depth: int) -> dict[str, object]:
        made: dict[str, object] = {}
        while type(event := self._parser.get_event()) is not yaml.MappingEndEvent:
            line = event.start_mark.line + 1
            if type(event) is not yaml.ScalarEvent or event.anchor is not None or event.tag is not None:
                raise _RefusedError(line, "a key is not plain text", "plain text as key")
            key: str = event.value
            here = (*path, key)
            if key in made:
                self._repeated.append((line, key, self.lines[here]))
                self._value(self._parser.get_event(), (*here, "again", line), depth + 1)
                continue
            self.lines[here] = line
            made[key] = self._value(self._parser.get_event(), here, depth + 1)
        return made


def _scalar(text: str) -> object:
    """A plain scalar by the YAML 1.2 core schema, without its octal, hexadecimal, infinite and not-a-number forms."""
    if text and text[0] not in _FIRST:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
