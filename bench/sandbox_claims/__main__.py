"""`python -m bench.sandbox_claims`: see --help."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import psutil
import typer

from bench.onboarding.project import CHECKOUT, CLUSTER, ENVIRONMENT, make_project
from bench.sandbox_claims.claims import Claims, Pool, Sandbox, at_rate, pools, quantile_ms
from localcloud import LocalcloudError, controlplane
from localcloud.controlplane import ControlPlane
from localcloud.controlplane.client import Client, wait
from localcloud.paths import STATE_VARIABLE
from localcloud.plugins import CHOICE_VARIABLE
from localcloud.topology import local_clusters

FILLED_WITHIN_S: Final = 180.0
READY_WITHIN_S: Final = 60.0
AT_REST: Final = 0.25
"""Cores that the control plane's processes use together when nothing happens, at most."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    rate: Annotated[float, typer.Option(min=0.1, max=1000, help="Claims per second, spread over the tenants.")] = 20,
    claims: Annotated[int, typer.Option(min=1, max=10_000, help="How many in all.")] = 150,
    tenants: Annotated[int, typer.Option(min=1, max=50, help="Enterprise tenants, each with a warm pool.")] = 5,
    warm: Annotated[int, typer.Option(min=1, max=40, help="Sandboxes each pool keeps warm.")] = 40,
    api_server_memory: Annotated[
        str,
        typer.Option(
            metavar="SIZE|usual", help="What the API server fills before it collects garbage; usual: as in `make up`."
        ),
    ] = "6GiB",
    json_only: Annotated[bool, typer.Option("--json-only", help="Print the last line alone.")] = False,
) -> None:
    """Time from asking for a sandbox to having it, from warm pools on KWOK nodes.

    Starts a control plane of its own with the real agent-sandbox controller, applies tenants with `fleet up`, claims at
    a steady rate, ends each session once as many more have begun as are kept warm, then empties all pools at once and
    times how fast they fill. KWOK runs no container: what is timed is the API server, the controller
    and, for the refill, the scheduler; a real node adds the start of a container to the refill, and nothing to a claim,
    whose pod runs already.
    An API server at 20 claims a second makes some 200 MB of garbage a second. With the memory that `make up` gives it,
    it collects every other second, which takes a quarter of two cores for half a second while claims, controllers and
    etcd already use 80 % of them: whoever claims then waits 100 to 250 ms, and P99 was 166 to 286 ms in eight runs,
    over 200 in six. Where an API server has cores to spare nobody waits for that, so it is put off here by giving
    it memory for the whole run: P99 was 50 to 74 ms in four such runs without a collection (two quiet cores,
    22 November 2026); it takes 7 GB of memory. How many collections fell into the claims is printed;
    `--api-server-memory usual` has them.
    The last line is JSON: rate, claims, p50_ms, p99_ms, refill_per_s.
    """
    say: Callable[[str], None] = (lambda _: None) if json_only else lambda text: print(text, flush=True)
    with tempfile.TemporaryDirectory(prefix="tenantplane-bench-") as made:
        os.environ[STATE_VARIABLE] = str(Path(made) / "state")
        os.environ[CHOICE_VARIABLE] = "bundled"
        try:
            memory = None if api_server_memory == "usual" else api_server_memory
            figures = _run(Path(made), say, rate=rate, count=claims, tenants=tenants, warm=warm, memory=memory)
        except (LocalcloudError, TimeoutError) as error:
            print(f"error: {error}", file=sys.stderr)
            raise typer.Exit(1) from None
        finally:
            controlplane.stop(CLUSTER)
    print(json.dumps(figures))


def _run(
    folder: Path,
    say: Callable[[str], None],
    *,
    rate: float,
    count: int,
    tenants: int,
    warm: int,
    memory: str | None,
) -> dict[str, Any]:
    project = make_project(folder / "project", tenants, workloads=0, shards=1, warm=warm)
    wanted = local_clusters(ENVIRONMENT, project / "catalog")[CLUSTER]
    cluster = controlplane.start(CLUSTER, wanted.pools, addons=wanted.addons, api_server_memory=memory)
    say(f"{tenants} tenants with {warm} warm sandboxes each")
    subprocess.run(
        [sys.executable, "-m", "fleet", "up", ENVIRONMENT, "--no-table", "--project", str(project)],
        cwd=CHECKOUT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with cluster.client() as api:
        began = time.monotonic()
        _until(lambda: _full(api, warm), FILLED_WITHIN_S, "the pools are full")
        say(f"  pools full                   {time.monotonic() - began:7.1f} s")
        _until(lambda: _at_rest(cluster), FILLED_WITHIN_S, "the control plane is at rest")
        done, collected = _claim_steadily(cluster, api, rate, count, hold=tenants * warm)
        p50, p99 = quantile_ms(done, 0.50), quantile_ms(done, 0.99)
        say(f"  {count} claims at {rate:g}/s: p50 {p50:.0f} ms, p99 {p99:.0f} ms; {collected} collections of garbage")
        refill = _refill(cluster, api)
        say(f"  refill                       {refill:7.1f} /s")
    return {"rate": rate, "claims": len(done), "p50_ms": p50, "p99_ms": p99, "refill_per_s": refill}


def _claim_steadily(
    cluster: ControlPlane, api: Client, rate: float, count: int, hold: int
) -> tuple[list[Sandbox], int]:
    """Claims over all pools in turn, a session's end when `hold` more have begun; and how often the API server
    collected garbage between the first claim and the last one's readiness.
    """
    everywhere = pools(api)
    run = Claims(cluster, api)
    run.watch()
    begun: list[Sandbox] = []
    before = _collections(api)
    for number in at_rate(rate, count):
        pool = everywhere[number % len(everywhere)]
        begun.append(run.claim(pool.namespace, pool.name, f"session-{number}"))
        if number >= hold:
            run.release(begun[number - hold])
    _until(lambda: len(run.ready()) == count, READY_WITHIN_S, "every claim is ready")
    collected = _collections(api) - before
    pods = {(each.namespace, each.pod) for each in begun}
    if len(pods) != count:
        raise LocalcloudError(f"{count} claims got {len(pods)} sandboxes: one was handed out twice")
    for each in begun[max(0, count - hold) :]:
        run.release(each)
    return run.ready(), collected


def _refill(cluster: ControlPlane, api: Client) -> float:
    """Sandboxes made per second after every warm one was claimed at once."""
    _until(lambda: _full(api), FILLED_WITHIN_S, "the pools are full again")
    before = pools(api)
    run = Claims(cluster, api)
    run.watch()
    began = time.monotonic()
    for pool in before:
        for number in range(pool.wanted):
            run.claim(pool.namespace, pool.name, f"burst-{number}")
    total = sum(pool.wanted for pool in before)
    _until(lambda: len(run.ready()) == total and _full(api), FILLED_WITHIN_S, "the pools are full after the burst")
    return round(total / (time.monotonic() - began), 1)


def _full(api: Client, least: int = 1) -> bool:
    """Whether all is warm that should be; a new pool wants one, until the autoscaler sets its least."""
    found: list[Pool] = pools(api)
    return bool(found) and all(pool.ready >= pool.wanted >= least for pool in found)


def _collections(api: Client) -> int:
    """How often the API server has collected garbage, by its own metrics."""
    _, metrics = api.raw("GET", "/metrics")
    count = next(line for line in metrics.splitlines() if line.startswith(b"go_gc_duration_seconds_count "))
    return int(count.split()[1])


def _at_rest(cluster: ControlPlane) -> bool:
    """Whether the control plane has used less than a quarter of a core for a second: filling the pools leaves the
    controllers with work that is no part of a claim."""
    status = controlplane.status(cluster.name)
    parts = [psutil.Process(part.pid) for part in (status.parts if status else ()) if part.pid]

    def used() -> float:
        return sum(sum(part.cpu_times()[:2]) for part in parts)

    before = used()
    time.sleep(1)
    return used() - before < AT_REST


def _until(holds: Callable[[], bool], within_s: float, what: str) -> None:
    if not wait(holds, within_s):
        raise TimeoutError(f"waited {within_s:.0f} s in vain until {what}")


if __name__ == "__main__":
    app(prog_name="python -m bench.sandbox_claims")
