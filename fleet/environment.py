"""The variables the engine runs with."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from localcloud import pulumi_environment
from settings import Topology

KEEP_LOG_VARIABLE: Final = "TENANTPLANE_ENGINE_LOG"
"""Set to 1 to keep the engine's own debug log."""

_OWN: Final = ("PULUMI_BACKEND_URL", "PULUMI_HOME", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


def engine_environment(root: Path, topology: Topology, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables for the engine on the stacks of an environment.

    An environment that is all on this machine is run with the state, the passphrase and the plugins of localcloud,
    whatever the shell says: its states must not end up among real ones. For any other the user's own variables come
    first; one on an AWS account has the person's own Pulumi home and plugins: localcloud's aws provider talks to no
    address off this machine.
    """
    local = pulumi_environment(root)
    ours = Path(local["PULUMI_HOME"])
    if topology.is_local:
        made = {**given, **local}
        made.pop("PULUMI_CONFIG_PASSPHRASE", None)  # would win over the file
    else:
        own = {name: given[name] for name in _OWN if name in given}
        if "PULUMI_CONFIG_PASSPHRASE" in own or own.get("PULUMI_BACKEND_URL", "file:").split(":")[0] != "file":
            local.pop("PULUMI_CONFIG_PASSPHRASE_FILE", None)
        if topology.aws is not None:
            for name in ("PULUMI_HOME", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"):
                local.pop(name, None)
        made = {**given, **local, **own}
    if made.get("PULUMI_HOME") == str(ours) and given.get(KEEP_LOG_VARIABLE) != "1":
        silence_debug_log(ours)
    # The engine rewrites the whole state after every step and so makes garbage faster than anything else; collecting
    # it less often takes a fifth off its time, for some 100 MB of memory (measured with 275 objects a stack).
    made.setdefault("GOGC", "400")
    return made


def silence_debug_log(home: Path) -> None:
    """Keeps the engine from writing its own debug log under `home`, which was half of the time of a preview.

    It encodes, packs and encrypts every property of every resource into a file per command, and has no switch. It does
    without where its folder cannot be made: a file of that name is in the way. A log that is there is moved aside.
    """
    logs = home / "logs"
    if logs.is_file():
        return
    home.mkdir(parents=True, exist_ok=True)
    if logs.is_dir():
        aside = home / "logs.kept"
        if aside.exists():
            return
        logs.rename(aside)
    logs.write_text(
        f"This file keeps the engine from writing its debug log; remove it and set {KEEP_LOG_VARIABLE}=1 to have one.\n"
    )
