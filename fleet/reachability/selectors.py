"""Calico's selector expressions, as far as the guard-rails use them: the rest is refused, never guessed at.

`all()`, `has(key)`, `key == 'value'`, `key != 'value'` (also true without the key), `!`, `&&` before `||`, brackets.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

Labels = Mapping[str, str]
Predicate = Callable[[Labels], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<all>all\(\s*\))|has\(\s*(?P<has>[\w./-]+)\s*\)|(?P<operator>&&|\|\||==|!=|!|\(|\))"
    r"|'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<key>[\w./-]+))"
)


@cache
def selector(text: str) -> Predicate:
    """What the expression says of labels. Raises NotImplementedError for what is not spoken here."""
    parser = _Parser(text)
    made = parser.either()
    if parser.left:
        raise parser.refusal()
    return made


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.left: list[tuple[str, str]] = []
        place = 0
        while text[place:].strip():
            found = _TOKEN.match(text, place)
            if found is None:
                raise self.refusal()
            kind = str(found.lastgroup)
            self.left.append(("value" if kind in ("single", "double") else kind, found[kind]))
            place = found.end()

    def refusal(self) -> NotImplementedError:
        return NotImplementedError(f"selector {self.text!r}")

    def _take(self, kind: str, value: str | None = None) -> str | None:
        """The next token where it is of this kind."""
        if self.left and self.left[0][0] == kind and value in (None, self.left[0][1]):
            return self.left.pop(0)[1]
        return None

    def either(self) -> Predicate:
        made = self._both()
        while self._take("operator", "||"):
            made = _or(made, self._both())
        return made

    def _both(self) -> Predicate:
        made = self._one()
        while self._take("operator", "&&"):
            made = _and(made, self._one())
        return made

    def _one(self) -> Predicate:
        if self._take("operator", "!"):
            return _not(self._one())
        if self._take("operator", "("):
            made = self.either()
            if not self._take("operator", ")"):
                raise self.refusal()
            return made
        if self._take("all"):
            return lambda _: True
        if (key := self._take("has")) is not None:
            return _has(key)
        if (key := self._take("key")) is not None:
            equal = self._take("operator", "==")
            unequal = None if equal else self._take("operator", "!=")
            value = self._take("value")
            if (equal or unequal) and value is not None:
                made = _is(key, value)
                return made if equal else _not(made)
        raise self.refusal()


def _has(key: str) -> Predicate:
    return lambda labels: key in labels


def _is(key: str, value: str) -> Predicate:
    return lambda labels: labels.get(key) == value


def _not(made: Predicate) -> Predicate:
    return lambda labels: not made(labels)


def _and(first: Predicate, second: Predicate) -> Predicate:
    return lambda labels: first(labels) and second(labels)


def _or(first: Predicate, second: Predicate) -> Predicate:
    return lambda labels: first(labels) or second(labels)
