"""Turns what pydantic says about a file into plain words with a line and the allowed values."""

from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from settings.problems import Problem, listed, meant
from settings.yaml_source import Document


def explained(error: ValidationError, document: Document, model: type[BaseModel]) -> list[Problem]:
    """One problem for each of pydantic's errors."""
    return [_explained(each, document, model) for each in error.errors(include_url=False, include_input=True)]


def _explained(error: ErrorDetails, document: Document, model: type[BaseModel]) -> Problem:
    path = error["loc"]
    context = error.get("ctx") or {}
    where = _shown(path)
    match error["type"]:
        case "refused":
            return document.problem(path, f"{where}: {context['what']}", context.get("allowed"))
        case "missing":
            return document.problem(path, f"{where} is missing", _what_is_wanted(model, path))
        case "extra_forbidden":
            known = _keys(model, path[:-1])
            what = f"unknown key {_shown(path)!r}{meant(str(path[-1]), known)}"
            return document.problem(path, what, listed(known))
        case "literal_error":
            values = _literals(str(context["expected"]))
            given = error["input"]
            return document.problem(path, f"{where}: {given!r} is not known{meant(str(given), values)}", listed(values))
        case "model_type" | "dict_type" | "model_attributes_type":
            return document.problem(path, f"{where} is {_kind(error['input'])}", _mapping_of(model, path))
        case "tuple_type" | "list_type":
            return document.problem(path, f"{where} is {_kind(error['input'])}", "a list")
        case "too_short":
            return document.problem(path, f"{where} is empty", f"at least {context['min_length']} entry")
        case "bool_type":
            return document.problem(path, f"{where}: {error['input']!r} is not true or false", "true, false")
        case "int_type" | "int_from_float" | "int_parsing":
            return document.problem(path, f"{where}: {error['input']!r} is not a whole number", "a whole number")
        case "greater_than_equal" | "less_than_equal":
            bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
            return document.problem(path, f"{where}: {error['input']!r} is out of range", bound)
        case "string_type":
            return document.problem(path, f"{where}: {error['input']!r} is not text", "text, in quotes if need be")
        case "string_pattern_mismatch":
            return document.problem(path, f"{where}: {error['input']!r} has the wrong form", str(context["pattern"]))
        case _:
            return document.problem(path, f"{where}: {error['msg']}")


def _shown(path: tuple[int | str, ...]) -> str:
    """groups.admins, workloads[0].image; "the file" for its top."""
    text = ""
    for step in path:
        if step == "[key]":
            continue
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text or "the file"


def _kind(value: object) -> str:
    if value is None:
        return "empty"
    names: dict[type, str] = {dict: "a mapping", list: "a list", str: "text", bool: "true or false"}
    return names.get(type(value), "a number")


def _literals(expected: str) -> list[str]:
    """The values of pydantic's "'a', 'b' or 'c'"."""
    return expected.replace(" or ", ", ").replace("'", "").split(", ")


def _model_at(model: type[BaseModel], path: tuple[int | str, ...]) -> type[BaseModel] | None:
    here: Any = model
    for step in path:
        if isinstance(step, int):
            continue
        found = None
        if isinstance(here, type) and issubclass(here, BaseModel):
            for name, field in here.model_fields.items():
                if step in (name, field.alias):
                    found = _inner(field.annotation)
        here = found
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        if (found := _inner(part)) is not None:
            return found
    return None


def _keys(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    at = _model_at(model, path)
    return [field.alias or name for name, field in at.model_fields.items()] if at else []


def _mapping_of(model: type[BaseModel], path: tuple[int | str, ...]) -> str:
    keys = _keys(model, path)
    return f"a mapping with {listed(keys)}" if keys else "a mapping"


def _what_is_wanted(model: type[BaseModel], path: tuple[int | str, ...]) -> str | None:
    at = _model_at(model, path[:-1])
    if at is None:
        return None
    for name, field in at.model_fields.items():
        if path[-1] in (name, field.alias):
            values = [value for value in get_args(field.annotation) if isinstance(value, str)]
            if values:
                return listed(values)
            keys = _keys(model, path)
            return f"a mapping with {listed(keys)}" if keys else None
    return None
