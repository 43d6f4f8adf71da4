"""What a moto server was told to change since its last snapshot, one request a line (H1).

A line is written before the request is carried out and holds the seed of moto's source of randomness, so that a
replay after a crash gives every resource the id that somebody has noted already.
"""

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

Environ = dict[str, Any]

_KEPT: Final = ("CONTENT_TYPE", "PATH_INFO", "QUERY_STRING", "REQUEST_METHOD", "RAW_URI", "REQUEST_URI")


@dataclass(frozen=True)
class Request:
    """A request as WSGI has it, without what belongs to its connection. body: in base64."""

    seed: int
    environ: dict[str, str]
    body: str

    @classmethod
    def of(cls, environ: Environ, body: bytes, seed: int) -> "Request":
        """The parts of a WSGI environment that decide what moto does."""
        kept = {
            key: value
            for key, value in environ.items()
            if isinstance(value, str) and (key in _KEPT or key.startswith("HTTP_"))
        }
        return cls(seed, kept, base64.b64encode(body).decode())

    def to_environ(self) -> Environ:
        """The WSGI environment of a replay."""
        body = base64.b64decode(self.body)
        return {
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SCRIPT_NAME": "",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **self.environ,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }


class Journal:
    """An append-only file of requests; a last line that was cut short was never carried out and is left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None
        self.length = 0
        """Requests written since it was opened."""

    def read(self) -> Iterator[Request]:
        """The requests in their order; nothing when there is no such file."""
        try:
            lines = self._path.read_text().splitlines(keepends=True)
        except FileNotFoundError:
            return
        for line in lines:
            if line.endswith("\n"):
                yield Request(**json.loads(line))

    def write(self, request: Request) -> None:
        """Add a request. It outlives this process, though not a power cut: that would cost a disk's write each time."""
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._cut()
            self._file = self._path.open("a")
        self._file.write(json.dumps(asdict(request)) + "\n")
        self._file.flush()
        self.length += 1

    def remove(self) -> None:
        """Close and delete it."""
        if self._file is not None:
            self._file.close()
        self._path.unlink(missing_ok=True)

    def _cut(self) -> None:
        """Remove the end of a line that a killed server began."""
        if self._path.exists() and not (text := self._path.read_bytes()).endswith(b"\n"):
            self._path.write_bytes(text[: text.rfind(b"\n") + 1])
