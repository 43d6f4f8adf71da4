"""`python -m settings check [ENVIRONMENT]`, `python -m settings schema [--check]`, `python -m settings scheduler`."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml

from settings.dates import today
from settings.load import environments, load_catalogue
from settings.planning import plan_tenants
from settings.policy import load_policy
from settings.problems import CatalogueError, Problem, listed
from settings.scheduler_profile import SCHEDULER_NAME, scheduler_configuration
from settings.schema import stale, write


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command. Returns 0 when all is well, 1 when something is wrong; argparse exits with 2 on wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m settings", description="Checks the catalogue of tenants.")
    parser.add_argument("--catalog", type=Path, default=Path("catalog"), help="its folder (default: catalog)")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="print every mistake of the catalogue")
    check.add_argument("environment", nargs="?", help="only for this environment (default: all)")
    schema = commands.add_parser("schema", help="write the JSON Schemas that editors use")
    schema.add_argument("--check", action="store_true", help="only tell whether they are current")
    scheduler = commands.add_parser("scheduler", help="print the configuration of kube-scheduler with D3's profile")
    scheduler.add_argument("--second", action="store_true", help="for a scheduler beside the cluster's own")
    options = parser.parse_args(arguments)
    if options.command == "scheduler":
        return _scheduler(options.second)
    root: Path = options.catalog
    if not root.is_dir():
        print(f"{root}: no such folder; allowed: --catalog FOLDER", file=sys.stderr)  # noqa: T201
        return 1
    if options.command == "check":
        return _check(root, options.environment)
    return _schema(root / "schemas", options.check)


def _check(root: Path, environment: str | None) -> int:
    wanted = (environment,) if environment else environments(root)
    problems: set[Problem] = set()
    lines: list[str] = []
    placed: set[str] = set()
    if not wanted:
        problems.add(Problem("topology", 1, "there is no environment", "a file topology/<environment>.yaml"))
    on = today(os.environ, datetime.now(UTC))
    for name in wanted:
        try:
            load_policy(root, name, on)
        except CatalogueError as error:
            problems |= set(error.problems)
        try:
            catalogue = load_catalogue(root, name, on)
        except CatalogueError as error:
            problems |= set(error.problems)
            continue
        plans = plan_tenants(catalogue)
        placed |= {plan.tenant.id for plan in plans}
        tiers = {plan.tier.id for plan in plans}
        clusters = len(catalogue.topology.clusters)
        lines += [f"{name}: note: {ended}" for ended in catalogue.ended]
        lines.append(
            f"{name}: {len(plans)} tenants of {len(tiers)} tiers on {clusters} cluster{'s' if clusters > 1 else ''}"
        )
    if environment is None and not problems:
        for path in sorted((root / "tenants").glob("*.yaml")):
            if path.stem not in placed:
                problems.add(Problem(f"tenants/{path.name}", 1, "no environment has this tenant", listed(wanted)))
    for problem in CatalogueError(problems).problems:
        print(f"{root}/{problem}")  # noqa: T201
    if problems:
        print(f"{len(problems)} mistake{'s' if len(problems) > 1 else ''}", file=sys.stderr)  # noqa: T201
        return 1
    print("\n".join(lines))  # noqa: T201
    return 0


def _schema(folder: Path, check: bool) -> int:
    if not check:
        changed = write(folder)
        print(f"{folder}: {', '.join(changed) if changed else 'all current'}")  # noqa: T201
        return 0
    if old := stale(folder):
        print(f"{folder}: {', '.join(old)} not current; run: python -m settings schema")  # noqa: T201
        return 1
    print(f"{folder}: all current")  # noqa: T201
    return 0


def _scheduler(second: bool) -> int:
    election = {
        "leaderElect": True,
        "resourceName": SCHEDULER_NAME if second else "kube-scheduler",
        "resourceNamespace": "kube-system",
    }
    document = scheduler_configuration(leader_election=election, qps=100, beside_default=not second)
    print(yaml.safe_dump(document, sort_keys=False), end="")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
