"""`python -m fleet verify`, once its options are read."""

import json
import os
import signal
from pathlib import Path
from types import FrameType

import typer
from rich.console import Console

from fleet.errors import FleetError
from fleet.stacks import catalogue_folder, stacks_of
from fleet.verify.junit import junit
from fleet.verify.planning import print_plan
from fleet.verify.result import UNKNOWN_CODE, as_data, write_result
from fleet.verify.run import Run
from fleet.verify.showing import print_result
from fleet.verify.wanted import Wanted
from localcloud.paths import state_directory
from settings import load_catalogue


def run(
    root: Path, env: str, wanted: Wanted, console: Console, *, as_json: bool, report: Path | None, plan_only: bool
) -> int:
    """Runs it, or says what it would do; the exit code. report: a JUnit file to write as well."""
    catalogue = load_catalogue(catalogue_folder(root, env), env)
    told = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    asked = Run(catalogue, stacks_of(catalogue, root), root, wanted, tell=told.print)
    if plan_only:
        print_plan(console, asked)
        return 0
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        result = asked.done()
    except FleetError as error:
        told.print(f"error: {error}")
        return UNKNOWN_CODE
    if wanted.tenant is None and not wanted.only:
        write_result(result, state_directory() / "fleet" / env / "verify.json")
    if report is not None:
        _write(report, junit(result))
    if as_json:
        typer.echo(json.dumps(as_data(result), indent=1))
    else:
        print_result(console, result)
    return result.code


def _interrupted(number: int, frame: FrameType | None) -> None:
    """To end as by the keyboard: what was made in the cluster is removed first."""
    del number, frame
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise KeyboardInterrupt


def _write(file: Path, text: str) -> None:
    try:
        part = file.with_name(f".{file.name}.{os.getpid()}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    except OSError as error:
        raise FleetError(f"{file} cannot be written: {error.strerror}") from None
