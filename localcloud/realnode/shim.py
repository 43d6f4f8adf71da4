"""Lets gVisor's shim start where nobody may lower an OOM score, and with containerd 1.6.

gVisor's shim sets the oom_score_adj of its server to -999 and gives up when it may not, which is so without
CAP_SYS_RESOURCE. It puts up with that where it finds itself in a user namespace, for there it is usual. So the one
process that starts the server is shown the uid_map of such a namespace; the server itself, and with it every sandbox,
sees the truth. And it answers with JSON, of which containerd 1.6 wants the address alone. gVisor's programs are not
changed.
"""

import shutil
from pathlib import Path

from localcloud.files import write_whole
from localcloud.nodehost.places import Places

SHIM, RUNSC = "containerd-shim-runsc-v1", "runsc"

_WRAPPER = """#!/bin/sh
# Written by localcloud: see localcloud/realnode/shim.py.
set -e
for last in "$@"; do :; done
if [ "$last" != start ]; then exec '{shim}' "$@"; fi
said=$(sh -c 'mount --bind "{uid_map}" "/proc/$$/uid_map" && exec "{shim}" "$@"' sh "$@")
case $said in
  *'"address":"'*) said=${{said#*'"address":"'}}; said=${{said%%'"'*}} ;;
esac
printf %s "$said"
"""


def install_runtimes(places: Places, tools: dict[str, Path]) -> None:
    """Put runsc and a shim that starts here where containerd looks first."""
    places.bin.mkdir(parents=True, exist_ok=True)
    uid_map = places.etc / "uid_map"
    # A map of 65,536 ids, as user namespaces have it; the first one has all 2^32 - 1.
    write_whole(uid_map, f"{0:>10} {0:>10} {65536:>10}\n")
    write_whole(places.bin / SHIM, _WRAPPER.format(shim=tools[SHIM], uid_map=uid_map), mode=0o755)
    target = places.bin / RUNSC
    if not target.exists() or target.stat().st_size != tools[RUNSC].stat().st_size:
        shutil.copy2(tools[RUNSC], target)
        target.chmod(0o755)
