"""Runs one Pulumi program. The language host hands this text and REQUEST to the Python of the program's environment.

REQUEST: what the engine asked for.
    monitor, engine: addresses of the engine's gRPC servers, for resources and for log messages.
    project, stack, organization, root_directory: names of the deployment; root_directory is where Pulumi.yaml lies.
    directory: working directory of the program.
    program: the file or directory to run, relative to the working directory; arguments: its sys.argv[1:].
    dry_run: true for a preview; parallel: how many resource operations may be under way at once.
    config: every configuration value by its full key; secret_keys: the keys whose values are secret.

Exit codes: 0 the program ran; 32 it failed and the user has been told; otherwise the program's own.
"""

# Paths are compared as text, as tracebacks have them; pathlib would follow links.
# ruff: noqa: PTH100, PTH112, PTH113, PTH118, PTH120

import sys

if sys.path and sys.path[0] == "":  # put there by `python -c`; the program's directory is added when it runs
    del sys.path[0]

try:
    import pulumi
    import pulumi.runtime
except ImportError as missing:
    sys.exit(
        f"The Pulumi SDK cannot be imported by {sys.executable}: {missing}\n"
        "Run `pulumi install`, or `pip install -r requirements.txt` in the program's virtual environment."
    )

import asyncio
import json
import logging
import os
import runpy
import traceback
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

REQUEST: dict[str, Any] = globals()["REQUEST"]

ALREADY_REPORTED = 32
LONGEST_VARIABLE = 128 * 1024 - 64
"""Linux refuses to start a process with a longer environment variable (MAX_ARG_STRLEN), so a longer one is left out."""


def configure() -> None:
    """Connects the SDK to the engine and gives it the stack's configuration."""
    pulumi.runtime.set_all_config(REQUEST["config"] or {}, REQUEST["secret_keys"])
    for name, value in (("PULUMI_CONFIG", REQUEST["config"]), ("PULUMI_CONFIG_SECRET_KEYS", REQUEST["secret_keys"])):
        text = json.dumps(value)
        if value is not None and len(text.encode()) < LONGEST_VARIABLE:
            os.environ[name] = text  # for what reads it as the SDK once did, and for programs that this one starts
    settings = ("monitor", "engine", "project", "stack", "organization", "root_directory", "dry_run", "parallel")
    pulumi.runtime.configure(pulumi.runtime.Settings(**{name: REQUEST[name] for name in settings}))


def run_program() -> None:
    """Runs the user's file, or directory with a __main__.py, as `python` itself would."""
    program = REQUEST["program"]
    if os.path.isdir(program) and not os.path.isfile(os.path.join(program, "__main__.py")):
        pulumi.log.error(f"unable to find main python program `__main__.py` in `{os.path.abspath(program)}`")
        sys.exit(ALREADY_REPORTED)
    runpy.run_path(program, run_name="__main__")


def program_file() -> str:
    """Absolute path of the program's main file."""
    path = os.path.abspath(REQUEST["program"])
    return os.path.join(path, "__main__.py") if os.path.isdir(path) else path


def users_part(trace: TracebackType | None, main: str) -> TracebackType | None:
    """The part of a traceback that starts in the user's program; None when it never gets there.

    The first frame of the main file counts. A failure in a callback may come from another file of the program: then
    the first frame in the main file's directory counts, unless it belongs to an installed package.
    """
    home, installed = os.path.dirname(main) + os.sep, (sys.prefix + os.sep, sys.base_prefix + os.sep)
    in_program: TracebackType | None = None
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename  # may be relative to the program's directory; "<...>" is no file
        file = os.path.normpath(os.path.join(REQUEST["directory"], name))
        if file == main:
            return trace
        if in_program is None and name[0] != "<" and file.startswith(home) and not file.startswith(installed):
            in_program = trace
        trace = trace.tb_next
    return in_program


def report(error: Exception, main: str) -> None:
    """Tells the user, through the engine, why the program failed, with the frames of the program and what it called."""
    link: BaseException | None = error
    while link is not None:
        part = users_part(link.__traceback__, main)
        if part is not None or isinstance(link, SyntaxError):  # a syntax error carries its own place
            link.__traceback__ = part
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    pulumi.log.error("Program failed with an unhandled exception:\n" + "".join(traceback.format_exception(error)))


def main() -> int:
    """Runs the program and returns the exit code."""
    configure()
    sys.argv = [REQUEST["program"], *REQUEST["arguments"]]
    os.chdir(REQUEST["directory"])
    for stream in (sys.stdout, sys.stderr):
        # The engine is to show a line when it is printed, not when the program ends.
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    # Awaitables that a failing program leaves behind are no news to the user, who is told of the failure itself.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)

    main_file = program_file()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with ThreadPoolExecutor(max_workers=max(REQUEST["parallel"], 1) * 4) as workers:
        loop.set_default_executor(workers)  # every resource operation under way holds one thread
        try:
            loop.run_until_complete(pulumi.runtime.run_in_stack(run_program))
        except pulumi.RunError as error:
            pulumi.log.error(str(error))
            return ALREADY_REPORTED  # the official host exits with 1 here, so that the user reads of two errors
        except Exception as error:
            report(error, main_file)
            return ALREADY_REPORTED
        except KeyboardInterrupt:
            return 130  # the engine cancels: 128 + SIGINT, as a shell has it
    return 0


sys.exit(main())
