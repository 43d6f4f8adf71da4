"""The folder of a service's pod with what opens the tenant's database, as a kubelet would fill it."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localcloud.controlplane.postgres import DatabaseServer
from settings.database.files import FOLDER

Pod = Mapping[str, Any]


def container_of(pod: Pod) -> dict[str, Any]:
    (container,) = pod["containers"]
    return dict(container)


def fill(
    folder: Path, pod: Pod, secrets: Mapping[str, Mapping[str, str]], maps: Mapping[str, Mapping[str, str]]
) -> None:
    """Write the files of the pod's volume, and let them take the place of those before at once, as a kubelet does: the
    folder's files are links through `..data`, which is changed last."""
    (volume,) = (each["projected"] for each in pod["volumes"] if each["name"] == "database")
    (mount,) = (each for each in container_of(pod)["volumeMounts"] if each["name"] == "database")
    assert mount == {"name": "database", "mountPath": FOLDER, "readOnly": True}  # no subPath: that would not follow
    files: dict[str, str] = {}
    for source in volume["sources"]:
        if "secret" in source:
            files |= secrets[source["secret"]["name"]]
        else:
            held = maps[source["configMap"]["name"]]
            files |= {each["path"]: held[each["key"]] for each in source["configMap"]["items"]}
    folder.mkdir(exist_ok=True)
    version = folder / f"..{len(list(folder.iterdir()))}"
    version.mkdir()
    for name, text in files.items():
        (version / name).write_text(text)
        (version / name).chmod(int(volume["defaultMode"]))
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"..data/{name}")
    (folder / "..new").symlink_to(version.name)
    (folder / "..new").replace(folder / "..data")


def variables(pod: Pod, folder: Path) -> dict[str, str]:
    """Of the pod's container, with the folder where this test has it."""
    return {each["name"]: each["value"].replace(FOLDER, str(folder)) for each in container_of(pod)["env"]}


def psql(
    pod: Pod, folder: Path, server: DatabaseServer, statement: str, *parameters: str
) -> subprocess.CompletedProcess[str]:
    """psql with the pod's variables and files and nothing else, but for where this machine has the server and the
    files. parameters: of libpq, besides."""
    here = (f"hostaddr={server.host}", f"port={server.port}", f"sslrootcert={folder / 'ca.crt'}", *parameters)
    environment = {**variables(pod, folder), "PATH": os.environ["PATH"], "HOME": str(folder)}
    service = f"service={environment['PGSERVICE']}"
    return subprocess.run(
        ["psql", "--no-psqlrc", "--no-password", "-At", "-c", statement, " ".join((service, *here))],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
