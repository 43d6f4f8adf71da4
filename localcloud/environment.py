"""The environment in which plain `pulumi` works against the local cloud."""

import os
from pathlib import Path

from localcloud.files import write_whole
from localcloud.paths import state_directory
from localcloud.toolchain import tool

PASSPHRASE = "tenantplane-local"  # noqa: S105 - public on purpose: it guards a throw-away cluster on loopback
"""Passphrase of the `local` stacks; docs/decisions says why it is public."""


def pulumi_environment(root: Path | None = None) -> dict[str, str]:
    """Variables to run Pulumi with in the checkout `root` (default: this one); makes the files they name."""
    del root
    state = state_directory()
    passphrase = state / "passphrase"
    write_whole(passphrase, PASSPHRASE)
    backend = state / "state"
    backend.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": f"{tool('pulumi').parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PULUMI_HOME": str(state / "pulumi"),
        "PULUMI_BACKEND_URL": f"file://{backend}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
