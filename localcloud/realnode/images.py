"""Small images made of Debian's files: no registry, no build tool, the same bytes every time."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.files import write_whole

HOST = "images.localhost"
"""Under which name they are pulled. No machine has it: containerd is told to ask the registry on this one."""
BUSYBOX = Path("/bin/busybox")
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_APPLETS = (
    *("sh", "ash", "cat", "chmod", "cp", "dd", "dmesg", "echo", "env", "false", "grep", "head", "httpd", "id", "ls"),
    *("mkdir", "mount", "nc", "nslookup", "ps", "rm", "seq", "sleep", "stat", "tail", "test", "touch", "true", "uname"),
    *("wc", "wget", "whoami", "yes", "awk", "kill", "df", "hostname", "ping"),
)


@dataclass(frozen=True)
class Image:
    """One image. files: content by path, with its mode. links: target by path. command: what it runs."""

    name: str
    files: Mapping[str, tuple[bytes, int]]
    links: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = ("/bin/sh",)


def images(busybox: Path = BUSYBOX) -> tuple[Image, ...]:
    """The images of a real node.

    pause: holds a pod's namespaces. tools: busybox, and beside it the same program with the set-user-ID bit, which
    makes whoever may gain privileges root, and `open`, which
    anybody may write to if the root may be written. web: answers /healthz and / on 8080, as the reference workloads do.
    """
    program = (busybox.read_bytes(), 0o755)
    shell = {f"bin/{name}": "busybox" for name in _APPLETS}
    tools: dict[str, tuple[bytes, int]] = {
        "bin/busybox": program,
        "suid/busybox": (program[0], 0o4755),
        "etc/passwd": (b"root:x:0:0::/:\n", 0o644),
    }
    pages = {"www/healthz": (b"ok\n", 0o644), "www/index.html": (b"a real node answers\n", 0o644)}
    serve = ("/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www")
    return (
        Image("pause", {"bin/busybox": program}, command=("/bin/busybox", "tail", "-f", "/dev/null")),
        Image("tools", tools, shell),
        Image("web", {"bin/busybox": program, **pages}, shell, serve),
    )


def write_images(folder: Path, wanted: Sequence[Image]) -> dict[str, str]:
    """Write images as the blobs that a registry serves, and `index.json` with the digest of each by name.

    Returns the references to pull, by name: `images.localhost/<name>@sha256:<digest>`.
    """
    digests = {image.name: _write_image(folder / "blobs" / "sha256", image) for image in wanted}
    write_whole(folder / "index.json", json.dumps(digests, sort_keys=True))
    return references(digests)


def references(digests: Mapping[str, str]) -> dict[str, str]:
    """What to pull, by name of the image."""
    return {name: f"{HOST}/{name}@{digest}" for name, digest in digests.items()}


def _write_image(blobs: Path, image: Image) -> str:
    archive = _layer(image)
    layer = gzip.compress(archive, compresslevel=1, mtime=0)
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": list(image.command), "Env": ["PATH=/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [_digest(archive)]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _blob(blobs, _json(config), _CONFIG),
        "layers": [_blob(blobs, layer, _LAYER)],
    }
    return str(_blob(blobs, _json(manifest), _MANIFEST)["digest"])


def _blob(blobs: Path, data: bytes, kind: str) -> dict[str, object]:
    digest = _digest(data)
    target = blobs / digest.removeprefix("sha256:")
    if not target.exists():
        write_whole(target, data)
    return {"mediaType": kind, "digest": digest, "size": len(data)}


def _layer(image: Image) -> bytes:
    """A tar of the files with fixed owners and times."""
    buffer = io.BytesIO()
    folders = {
        str(parent)
        for path in (*image.files, *image.links, "tmp/x", "open/x", "proc/x", "dev/x", "etc/x", "sys/x")
        for parent in Path(path).parents
        if str(parent) != "."
    }
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(folders):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name in ("tmp", "open") else 0o755
            tar.addfile(entry)
        for name, (data, mode) in sorted(image.files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), mode
            tar.addfile(entry, io.BytesIO(data))
        for name, target in sorted(image.links.items()):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, target, 0o777
            tar.addfile(entry)
    return buffer.getvalue()


def _json(document: object) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
