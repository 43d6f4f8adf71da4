"""A read-only registry on loopback: `python -m localcloud.realnode.registry FOLDER PORT`.

The part of the OCI distribution API that a pull needs, over the folder that `images.write_images` makes. So pods that
pull their image every time, as tenants' pods must, really do.
"""

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HOST = "127.0.0.1"
_BLOB = re.compile(r"/v2/[a-z0-9/._-]+/blobs/sha256:([0-9a-f]{64})")
_MANIFEST = re.compile(r"/v2/([a-z0-9/._-]+)/manifests/(latest|sha256:[0-9a-f]{64})")


class Registry(ThreadingHTTPServer):
    """Serves one folder. A manifest is served under its own image's name only."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        super().__init__((HOST, port), _Handler)

    def manifest(self, name: str, reference: str) -> Path | None:
        """File of an image's manifest; None when the name has no such one."""
        digest = json.loads((self.folder / "index.json").read_text()).get(name)
        return self.blob(digest.removeprefix("sha256:")) if digest and reference in ("latest", digest) else None

    def blob(self, digest: str) -> Path | None:
        """File of a blob; None when there is none of that digest."""
        file = self.folder / "blobs" / "sha256" / digest
        return file if file.is_file() else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Registry

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        path = urlsplit(self.path).path  # a mirror is asked with ?ns=<host>
        if path in ("/v2", "/v2/"):
            self._send(200, b"{}", "application/json", body)
            return
        file, kind, digest = None, "application/octet-stream", ""
        if found := _MANIFEST.fullmatch(path):
            file = self.server.manifest(found[1], found[2])
            kind = "application/vnd.oci.image.manifest.v1+json"
        elif found := _BLOB.fullmatch(path):
            file = self.server.blob(found[1])
        if file is None:
            said = {"errors": [{"code": "NOT_FOUND", "message": f"this registry has no {path}"}]}
            self._send(404, json.dumps(said).encode(), "application/json", body)
            return
        digest = f"sha256:{file.name}"
        self._send(200, file.read_bytes(), kind, body, digest)

    def _send(self, status: int, data: bytes, kind: str, body: bool, digest: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if digest:
            self.send_header("Docker-Content-Digest", digest)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name of the base class)
        sys.stdout.write(f"{self.command} {format % args}\n")
        sys.stdout.flush()


def main() -> None:
    """Serve until ended."""
    Registry(Path(sys.argv[1]), int(sys.argv[2])).serve_forever()


if __name__ == "__main__":
    main()
