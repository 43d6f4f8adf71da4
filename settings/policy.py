"""What an environment asks of the rules, and what it excepts from them for a while (I1): catalog/policy/<env>.yaml."""

from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from controls import CONTROLS, Severity
from settings import yaml_source
from settings.dates import Day
from settings.fields import Model, refuse
from settings.problems import CatalogueError, meant
from settings.wording import explained

FOLDER: Final = "policy"
RECORD_VARIABLE: Final = "TENANTPLANE_POLICY_RECORD"
"""Names a folder; when it is set, the pack adds its verdicts to `<stack>.jsonl` in it, a line of JSON each."""
Level = Literal["mandatory", "advisory"]
_Text = Annotated[str, Field(min_length=1)]
REASON_LEAST: Final = 20
"""Characters of a reason. "known" and "ok" are none."""


class Enforcement(Model):
    """What a broken control does to a preview, by its severity. mandatory: it is refused. advisory: it is told.

    high cannot be less than mandatory: who needs an exception names it. medium: default mandatory. low: default
    advisory.
    """

    high: Literal["mandatory"] = "mandatory"
    medium: Level = "mandatory"
    low: Level = "advisory"


class PolicyException(Model):
    """One thing that is let pass for a while.

    control: an id of the table. resource: `<kind>/<logical name>` as findings name it, or `stack`; `*` stands for
    anything within. owner: who answers for it. reason: why, in a sentence. until: the last day, after which the finding
    is back.
    """

    control: str
    resource: _Text
    owner: _Text
    reason: Annotated[str, Field(min_length=REASON_LEAST)]
    until: Day

    @field_validator("control")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in CONTROLS:
            raise refuse(f"{value!r} is no control{meant(value, CONTROLS)}", "an id of docs/policies.md")
        return value

    @field_validator("resource")
    @classmethod
    def _names_a_kind(cls, value: str) -> str:
        if value != "stack" and not value.partition("/")[0].strip("*"):
            raise refuse(f"{value!r} is about every kind", "<kind>/<name>, such as Namespace/gpu, or stack")
        return value

    def covers(self, control: str, resource: str) -> bool:
        """Whether it is about this finding, on whatever day."""
        return control == self.control and fnmatchcase(resource, self.resource)


class EnvironmentPolicy(Model):
    """What an environment asks of the rules.

    environment: the same as the file's name. enforcement: by severity. exceptions: findings that are let pass.
    unevaluated: rules that cannot be asked at preview, because a value is not known before it is made, and are let
    pass; what they ask is then checked by the next preview.
    """

    environment: str
    enforcement: Enforcement = Enforcement()
    exceptions: tuple[PolicyException, ...] = ()
    unevaluated: tuple[PolicyException, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> "EnvironmentPolicy":
        for group in (self.exceptions, self.unevaluated):
            keys = [(each.control, each.resource) for each in group]
            for key in keys:
                if keys.count(key) > 1:
                    raise refuse(f"{key[0]} is excepted twice for {key[1]!r}", "once")
        return self

    def level(self, severity: Severity) -> Level:
        """What a broken control of a severity does."""
        found: Level = getattr(self.enforcement, severity.value)
        return found

    def ended(self, on: date) -> list[PolicyException]:
        """Exceptions that were over on a day."""
        return [each for each in (*self.exceptions, *self.unevaluated) if each.until < on]


def load_policy(root: Path, environment: str, on: date | None = None) -> EnvironmentPolicy:
    """The policy of an environment; that of an environment without a file is the default, without exceptions.

    root: of the catalogue. on: the day it is for; exceptions that ended before it are mistakes. Without a day none is.
    Raises CatalogueError with every mistake.
    """
    file = f"{FOLDER}/{environment}.yaml"
    if not (root / file).exists():
        return EnvironmentPolicy(environment=environment)
    document, problems = yaml_source.read(root / file, file)
    if document is None:
        raise CatalogueError(problems)
    try:
        found = EnvironmentPolicy.model_validate(document.data)
    except ValidationError as error:
        raise CatalogueError([*problems, *explained(error, document, EnvironmentPolicy).values()]) from None
    if found.environment != environment:
        what = f"environment: {found.environment!r} is not the name of the file"
        problems.append(document.problem(("environment",), what, repr(environment)))
    for key in ("exceptions", "unevaluated"):
        for index, each in enumerate(getattr(found, key)):
            if on is not None and each.until < on:
                what = f"{key}[{index}]: the exception of {each.owner} from {each.control} ended on {each.until}"
                problems.append(
                    document.problem((key, index, "until"), what, "what is excepted put right, or a new day")
                )
    if problems:
        raise CatalogueError(problems)
    return found
