"""Turns what pydantic says about a file into plain words with a line and the allowed values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from settings.problems import Problem, closest, listed, meant
from settings.yaml_source import Document, YamlPath

Words = tuple[str, str | None]


@dataclass(frozen=True, kw_only=True)
class _Wrong:
    """One of pydantic's errors. where: its path as text. at: the model it is in, if it is in one."""

    path: YamlPath
    where: str
    given: Any
    context: dict[str, Any]
    model: type[BaseModel]

    @property
    def siblings(self) -> list[str]:
        """Keys that may stand where the wrong one does."""
        return _keys(self.model, self.path[:-1])


def explained(error: ValidationError, document: Document, model: type[BaseModel]) -> dict[YamlPath, Problem]:
    """One problem for each value that pydantic refuses, by its path."""
    found: dict[YamlPath, Problem] = {}
    misspelt: set[YamlPath] = set()
    for each in error.errors(include_url=False):
        if each["type"] in _CONSEQUENCES or (each["type"] == "too_short" and each["input"]):
            continue
        path = tuple(step for step in each["loc"] if step != "[key]")
        wrong = _Wrong(path=path, where=_shown(path), given=each["input"], context=each.get("ctx") or {}, model=model)
        words = _WORDS.get(each["type"])
        what, allowed = words(wrong) if words else (f"{wrong.where}: {each['msg']}", None)
        found.setdefault(path, document.problem(path, what, allowed))
        if each["type"] == "extra_forbidden" and (close := closest(str(path[-1]), wrong.siblings)):
            misspelt.add((*path[:-1], close))
    # A key that is missing because it is misspelt is one mistake, not two.
    return {path: problem for path, problem in found.items() if path not in misspelt or document.get(*path) is not None}


def _refused(wrong: _Wrong) -> Words:
    if wrong.given is None and str(wrong.context["what"]).startswith("None is not"):
        return f"{wrong.where} is empty", wrong.context.get("allowed")
    return f"{wrong.where}: {wrong.context['what']}", wrong.context.get("allowed")


def _missing(wrong: _Wrong) -> Words:
    return f"{wrong.where} is missing", _wanted(wrong.model, wrong.path)


def _unknown_key(wrong: _Wrong) -> Words:
    known = wrong.siblings
    return f"unknown key {wrong.where!r}{meant(str(wrong.path[-1]), known)}", listed(known)


def _unknown_value(wrong: _Wrong) -> Words:
    # pydantic lists the values as "'a', 'b' or 'c'"
    values = str(wrong.context["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
    return f"{wrong.where}: {wrong.given!r} is not known{meant(str(wrong.given), values)}", listed(values)


def _no_mapping(wrong: _Wrong) -> Words:
    keys = _keys(wrong.model, wrong.path)
    return f"{wrong.where} is {_kind(wrong.given)}", f"a mapping with {listed(keys)}" if keys else "a mapping"


def _no_list(wrong: _Wrong) -> Words:
    return f"{wrong.where} is {_kind(wrong.given)}", "a list"


def _empty(wrong: _Wrong) -> Words:
    return f"{wrong.where} is empty", f"at least {wrong.context['min_length']} entry"


def _no_flag(wrong: _Wrong) -> Words:
    return f"{wrong.where}: {wrong.given!r} is not true or false", "true, false"


def _no_text(wrong: _Wrong) -> Words:
    return f"{wrong.where}: {wrong.given!r} is not text", "text, in quotes if need be"


def _wrong_form(wrong: _Wrong) -> Words:
    return f"{wrong.where}: {wrong.given!r} has the wrong form", str(wrong.context["pattern"])


# These follow from other errors, which are reported; so does a list that is too short for its entries being wrong.
_CONSEQUENCES = {"default_factory_not_called"}

_WORDS: dict[str, Callable[[_Wrong], Words]] = {
    "refused": _refused,
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "literal_error": _unknown_value,
    "model_type": _no_mapping,
    "dict_type": _no_mapping,
    "tuple_type": _no_list,
    "too_short": _empty,
    "bool_type": _no_flag,
    "string_type": _no_text,
    "string_pattern_mismatch": _wrong_form,
}


def _shown(path: YamlPath) -> str:
    """groups.admins, workloads[0].image; "the file" for its top."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text or "the file"


def _kind(value: object) -> str:
    if value is None:
        return "empty"
    kinds: dict[type, str] = {dict: "a mapping", list: "a list", str: "text", bool: "true or false"}
    return kinds.get(type(value), "a number")


def _keys(model: type[BaseModel], path: YamlPath) -> list[str]:
    at = _model_at(model, path)
    return [field.alias or name for name, field in at.model_fields.items()] if at else []


def _model_at(model: type[BaseModel], path: YamlPath) -> type[BaseModel] | None:
    here: type[BaseModel] | None = model
    for step in path:
        if isinstance(step, int) or here is None:
            continue
        fields = here.model_fields.items()
        here = next((_inner(field.annotation) for name, field in fields if step in (name, field.alias)), None)
    return here


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inner(part)) is not None), None)


def _wanted(model: type[BaseModel], path: YamlPath) -> str | None:
    """What could stand for a missing key: the keys of a mapping, the values of a choice."""
    if keys := _keys(model, path):
        return f"a mapping with {listed(keys)}"
    at = _model_at(model, path[:-1])
    fields = at.model_fields.items() if at else ()
    annotation = next((field.annotation for name, field in fields if path[-1] in (name, field.alias)), None)
    values = [value for value in get_args(annotation) if isinstance(value, str)]
    return listed(values) if values else None
