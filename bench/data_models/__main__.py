"""`python -m bench.data_models`: see --help."""

import json
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from bench.data_models.work import MODELS, PLAIN, analyze, overheads, prepared, processor_seconds, work
from localcloud import LocalcloudError
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import ensure_pki
from localcloud.controlplane.postgres import end_database, start_database

SOURCE: Final = {"database": "20-30", "schema": "10-15", "shared": "5-8"}
"""Per cent that the product's source gives for each model."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    tenants: Annotated[int, typer.Option(min=1, max=40, help="Tenants in each model.")] = 8,
    turns: Annotated[int, typer.Option(min=3, max=200, help="Times each model is measured.")] = 15,
    rounds: Annotated[int, typer.Option(min=1, max=1000, help="Sessions of each tenant in a turn.")] = 10,
    json_only: Annotated[bool, typer.Option("--json-only", help="Print the last line alone.")] = False,
) -> None:
    """Overhead of each model of data isolation against a plain database, for the same work by the same client.

    Starts a PostgreSQL of its own. In every turn each model and the plain database do the work once, in random order,
    so that what else the machine does meets all of them. What is measured is the processor's time, of the client and of
    the server's processes, and not the clock's; each is divided by the plain one of its turn. Linux only. The last
    line is JSON: tenants, turns, overhead_percent by model (the median), source_percent.
    """
    say: Callable[[str], None] = (lambda _: None) if json_only else lambda text: print(text, flush=True)
    with tempfile.TemporaryDirectory(prefix="tenantplane-bench-") as made:
        layout = Layout("bench", Path(made))
        layout.directory.mkdir(parents=True)
        ensure_pki(layout)
        try:
            say("starting PostgreSQL, making the tenants")
            server = start_database(layout)
            sessions = prepared(server, tenants)
            seconds: dict[str, list[float]] = {name: [] for name in (PLAIN, *MODELS)}
            for name in seconds:
                work(sessions[name], 40)  # before anything is timed: rows enough for an index to be worth it
            analyze(server)
            for turn in range(turns):
                order = list(seconds)
                random.shuffle(order)
                for name in order:
                    began = processor_seconds(sessions[name])
                    work(sessions[name], rounds)
                    seconds[name].append(processor_seconds(sessions[name]) - began)
                took = ", ".join(f"{name} {times[-1]:.3f} s" for name, times in seconds.items())
                say(f"turn {turn + 1} of {turns}: {took}")
        except LocalcloudError as error:
            print(f"error: {error}", file=sys.stderr)
            raise typer.Exit(1) from None
        finally:
            end_database(layout)
    figures = overheads(seconds)
    for model in MODELS:
        say(f"{model:<9} {figures[model]:+6.1f} %   (the source says {SOURCE[model]} %)")
    result = {"tenants": tenants, "turns": turns, "overhead_percent": figures, "source_percent": SOURCE}
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    app()
