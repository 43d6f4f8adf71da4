"""`fleet preview ENV --base REV`: both revisions side by side, written where they are wanted (I2)."""

import os
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Literal

from rich.console import Console

from fleet.errors import FleetError
from fleet.preview.as_json import as_json
from fleet.preview.findings import Judge
from fleet.preview.markdown import markdown
from fleet.preview.offline import review
from fleet.preview.offline_provider import OfflineProviders
from fleet.preview.review import Review
from fleet.preview.revision import Base, base_of, libraries, same_program
from fleet.preview.side_process import SideProcess
from fleet.stacks import catalogue_folder
from settings import load_catalogue
from settings.dates import VARIABLE, today

Form = Literal["markdown", "json"]
_QUIET_S: Final = 2.0
"""A preview that is done sooner needs no lines of progress."""


def run(
    root: Path,
    environment: str,
    revision: str,
    *,
    live: bool = False,
    form: Form = "markdown",
    output: Path | None = None,
    full: Path | None = None,
) -> int:
    """Reviews the working tree in `root` against a revision and writes the review; the exit code."""
    told = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    made = preview_offline(root, environment, revision, told)
    if live and not made.problems:
        from fleet.preview.live import preview_live  # noqa: PLC0415  the engine, which an offline preview has not

        catalogue = load_catalogue(catalogue_folder(root, environment), environment, _today())
        made = preview_live(made, root, catalogue, Judge(root, environment, _today()), told)
    write(made, form, output, full)
    return made.exit_code


def preview_offline(root: Path, environment: str, revision: str, console: Console) -> Review:
    """The review of the working tree in `root` against a revision. Raises FleetError when the two cannot be laid out.

    console: where progress goes.
    """
    os.environ[VARIABLE] = _today().isoformat()  # both sides are of one day
    began = time.monotonic()

    def say(what: str) -> None:
        if time.monotonic() - began > _QUIET_S:
            console.print(f"  {time.monotonic() - began:5.1f} s  {what}")

    with ExitStack() as context:
        base = context.enter_context(base_of(root, revision))
        sides = [
            context.enter_context(SideProcess(folder, environment, name))
            for folder, name in ((base.root, f"the base {base.commit}"), (root, "the working tree"))
        ]
        providers = context.enter_context(OfflineProviders())
        return review(
            environment,
            *sides,
            commit=base.commit,
            same_program=same_program(base.root, root),
            providers=providers,
            judges=(Judge(base.root, environment, _today()), Judge(root, environment, _today())),
            warnings=_warnings(base, root),
            say=say,
        )


def _today() -> date:
    try:
        return today(os.environ, datetime.now(UTC))
    except ValueError as error:
        raise FleetError(str(error)) from None


def write(made: Review, form: Form, output: Path | None, full: Path | None) -> None:
    """Writes a review to a file or standard output, and the full text of the Markdown to another file."""
    text = as_json(made) + "\n" if form == "json" else markdown(made)
    if output is None:
        print(text, end="")
    else:
        output.write_text(text, encoding="utf-8")
    if full is not None:
        full.write_text(markdown(made, limit=None), encoding="utf-8")


def _warnings(base: Base, root: Path) -> list[str]:
    made = [
        f"{name} {before} -> {after}: both revisions are rendered with the libraries that are installed here, and what "
        "a provider of another version makes of the same inputs is seen by a preview with credentials alone (--live)"
        for name, before, after in libraries(base.root, root)
    ]
    if base.judges:
        named = ", ".join(base.judges[:10]) + (f" and {len(base.judges) - 10} more" if len(base.judges) > 10 else "")
        made.append(f"the change touches what judges changes: {named}")
    return made
