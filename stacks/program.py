"""The program of every stack: reads what it is about, and runs the composition of its phase."""

from pathlib import Path

import pulumi

from settings.stack_config import StackConfig
from stacks.inputs import read_catalogue
from stacks.phase_one import phase_one
from stacks.phase_two import phase_two
from stacks.removal_guard import OUTPUT, recorded_tenants

COMPOSITIONS = {"one": phase_one, "two": phase_two}
"""By phase of the topology. Nothing below this knows a phase."""


def program(config: StackConfig, root: Path) -> None:
    """What the configuration names, of an environment of any phase.

    root: the project's folder, which paths start at.
    Errors: pulumi.RunError before anything is registered, with a line for each mistake of the catalogue, and whatever
    the composition refuses.
    """
    recorded = {}
    if config.has_tenants:
        # Exported first: however the program ends, the record of who is here stays, and with it the guard.
        recorded = recorded_tenants()
        pulumi.export(OUTPUT, recorded)
    catalogue = read_catalogue(config, root)
    phase = catalogue.topology.phase
    if phase not in COMPOSITIONS:
        raise pulumi.RunError(f"phase {phase} has no composition yet; allowed: {', '.join(COMPOSITIONS)}")
    COMPOSITIONS[phase](config, catalogue, root, recorded)
