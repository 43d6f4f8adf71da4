"""`python -m bench.data_models`: see --help."""

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from bench.data_models.work import MODELS, PLAIN, Sessions, analyze, prepared, quartiles, server_seconds, work
from localcloud import LocalcloudError
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import ensure_pki
from localcloud.controlplane.postgres import DatabaseServer, end_database, start_database

SOURCE: Final = {"database": "20-30", "schema": "10-15", "shared": "5-8"}
"""Per cent that the product's source gives for each model."""

TOLD_EVERY_S: Final = 2.0

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    tenants: Annotated[int, typer.Option(min=1, max=40, help="Tenants in each model.")] = 8,
    turns: Annotated[int, typer.Option(min=3, max=1000, help="Times each model is measured.")] = 300,
    rounds: Annotated[int, typer.Option(min=1, max=1000, help="Sessions of each tenant in a turn.")] = 1,
    json_only: Annotated[bool, typer.Option("--json-only", help="Print the last line alone.")] = False,
) -> None:
    """Overhead of each model of data isolation against a plain database, for the same work by the same client.

    Starts a PostgreSQL of its own. A turn is short, some tens of milliseconds for each model: in it each model and the
    plain database do the work once, in random order, and each is held against the plain database of that turn, so that
    whatever else the machine does meets all of them. What is measured is the time that the server's processes have of
    the processor, and not the clock's; with the client's time beside it, which is the same for all and makes every
    overhead smaller. Linux only. The last line is JSON: tenants, turns, overhead_percent by model (the median of all
    turns), quartiles, with_client_percent, source_percent, load (of the machine, before and after), processors.
    """
    say: Callable[[str], None] = (lambda _: None) if json_only else lambda text: print(text, flush=True)
    load = [round(os.getloadavg()[0], 2)]
    with tempfile.TemporaryDirectory(prefix="tenantplane-bench-") as made:
        layout = Layout("bench", Path(made))
        layout.directory.mkdir(parents=True)
        ensure_pki(layout)
        try:
            say("starting PostgreSQL, making the tenants")
            server = start_database(layout)
            served, both = measured(prepared(server, tenants), server, turns, rounds, say)
        except LocalcloudError as error:
            print(f"error: {error}", file=sys.stderr)
            raise typer.Exit(1) from None
        finally:
            end_database(layout)
    spread = {model: quartiles(served[model], served[PLAIN]) for model in MODELS}
    client = {model: quartiles(both[model], both[PLAIN])[1] for model in MODELS}
    for model in MODELS:
        low, middle, high = spread[model]
        say(
            f"{model:<9} {middle:+6.1f} %   (half of the turns {low:+.1f} to {high:+.1f} %; with the client "
            f"{client[model]:+.1f} %; the source says {SOURCE[model]} %)"
        )
    result = {
        "tenants": tenants,
        "turns": turns,
        "overhead_percent": {model: middle for model, (_, middle, _) in spread.items()},
        "quartiles": spread,
        "with_client_percent": client,
        "source_percent": SOURCE,
        "load": [*load, round(os.getloadavg()[0], 2)],
        "processors": os.cpu_count(),
    }
    print(json.dumps(result), flush=True)


def measured(
    sessions: dict[str, Sessions], server: DatabaseServer, turns: int, rounds: int, say: Callable[[str], None]
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Seconds of each turn by model: of the server, and of server and client together."""
    served: dict[str, list[float]] = {name: [] for name in (PLAIN, *MODELS)}
    both: dict[str, list[float]] = {name: [] for name in served}
    for name in served:
        work(sessions[name], 40)  # before anything is timed: rows enough for an index to be worth it
    analyze(server)
    told = time.monotonic()
    for turn in range(turns):
        order = list(served)
        random.shuffle(order)
        for name in order:
            work(sessions[name], 1)  # whoever was on the processor before has taken its caches along
            client, began = time.process_time(), server_seconds(sessions[name])
            work(sessions[name], rounds)
            served[name].append(server_seconds(sessions[name]) - began)
            both[name].append(served[name][-1] + time.process_time() - client)
        if time.monotonic() - told > TOLD_EVERY_S:
            told = time.monotonic()
            say(f"turn {turn + 1} of {turns}")
    return served, both


if __name__ == "__main__":
    app()
