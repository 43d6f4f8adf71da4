"""The environment in which plain `pulumi` works against the local cloud."""

import os
from pathlib import Path

from localcloud import plugins
from localcloud.files import explain_full_disk, write_whole
from localcloud.paths import STATE_VARIABLE, checkout, state_directory
from localcloud.toolchain import tool

PASSPHRASE = "tenantplane-local"  # noqa: S105 - public on purpose: it guards a throw-away cluster on loopback
"""Passphrase of the `local` stacks; Pulumi.local.yaml holds the salt that goes with it."""


def pulumi_environment(root: Path | None = None) -> dict[str, str]:
    """Variables for running Pulumi in the checkout `root` (default: this one), over those of the process.

    Makes what they name: the file backend, the passphrase file, the plugins. Builds tools that are missing.
    """
    own = root is None or root.resolve() == checkout() or STATE_VARIABLE in os.environ
    state = state_directory() if own or root is None else root.resolve() / ".localcloud"
    passphrase, backend, home = state / "passphrase", state / "state", state / "pulumi"
    with explain_full_disk(state):
        backend.mkdir(parents=True, exist_ok=True)
        home.mkdir(parents=True, exist_ok=True)
    if not passphrase.exists():
        write_whole(passphrase, PASSPHRASE)
    bundled = plugins.install(home)
    return {
        "PATH": os.pathsep.join([*_program_folders(), os.environ.get("PATH", os.defpath)]),
        "PULUMI_HOME": str(home),
        # No file of attributes beside each state: nothing reads them, and they are hashed and written at every step.
        "PULUMI_BACKEND_URL": f"{backend.as_uri()}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # With every plugin in place the engine must not go looking for another one.
        **({"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"} if bundled else {}),
    }


def _program_folders() -> list[str]:
    """Where `pulumi` (with a language host beside it) and `kubectl` are, in the order PATH needs."""
    folders = [plugins.pulumi_folder(), tool("kubectl").parent]
    return list(dict.fromkeys(str(folder) for folder in folders))
