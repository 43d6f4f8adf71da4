"""The WSGI application: moto, one changing request at a time, each written down before it is carried out (H1)."""

import io
import pickle
import random
import sys
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import moto
from moto.kms import models as kms
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from localcloud.aws.server import eks, rds, records, snapshot
from localcloud.aws.server.journal import Environ, Journal, Request
from localcloud.aws.server.snapshot import Snapshot

QUIET_S: Final = 2.0
"""A snapshot is taken when nothing has changed for so long: it takes half a second of this machine."""

MANY: Final = 2_000
"""Or after so many requests, whose replay would take some ten seconds."""

RETRY_S: Final = 600.0
"""After a snapshot that failed."""

_READING: Final = ("Describe", "Get", "List", "Head", "Search", "BatchGet", "Lookup", "Simulate")
_SEED_BITS: Final = 64
_KEY_BYTES: Final = 32

# moto takes keys from the system and not from its own source, so that after a replay nothing could be decrypted.
kms.generate_master_key = lambda: mock_random.randbytes(_KEY_BYTES)
records.apply()


class Application:
    """moto with a memory. directory: of the snapshot and the journal that continues it, in `<state>/aws`.

    Raises LocalcloudError when another version of moto wrote them.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        rds.use_real_servers(directory.parents[1])
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()
        self._seeds = random.SystemRandom()
        self._changed = 0.0
        self._generation = 0
        kept = snapshot.read(self._snapshot_file, moto.__version__)
        if kept is not None:
            snapshot.put(kept.state)
            self._generation = kept.generation
        self._journal = self._journal_of(self._generation)
        replayed = 0
        for request in self._journal.read():
            again = request.to_environ()
            self._carry_out(again, _body(again), request.seed, lambda *_: None)
            replayed += 1
        self._journal.length = replayed

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO", "").startswith("/moto-api"):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"moto's own interface is closed: what it does would not be in the journal\n"]
        body = _body(environ)
        with self._lock:  # readers too: some of moto's listings change while they are read
            if reads(environ, body):
                return self._answer(environ, body, start_response)
            seed = self._seeds.getrandbits(_SEED_BITS)
            self._journal.write(Request.of(environ, body, seed))
            self._changed = time.monotonic()
            return self._carry_out(environ, body, seed, start_response)

    def is_due(self) -> bool:
        """Whether it is time for a snapshot."""
        quiet = time.monotonic() - self._changed > QUIET_S
        return self._journal.length > 0 and (quiet or self._journal.length > MANY)

    def save(self) -> None:
        """Take a snapshot and begin the journal that continues it; when killed in between, the old pair is valid.

        What cannot be pickled is told in the log and stays in the journal: only the next start takes longer for it.
        """
        with self._lock:
            if not self._journal.length:
                return
            self._changed = time.monotonic() + RETRY_S
            try:
                self._save()
            except (pickle.PicklingError, TypeError, AttributeError) as error:
                print(f"no snapshot: {error}", file=sys.stderr, flush=True)

    def _save(self) -> None:
        following = self._generation + 1
        self._journal_of(following).remove()
        snapshot.write(self._snapshot_file, Snapshot(following, snapshot.take()), moto.__version__)
        self._journal.remove()
        self._journal, self._generation = self._journal_of(following), following

    def _carry_out(self, environ: Environ, body: bytes, seed: int, start_response: Callable[..., Any]) -> list[bytes]:
        mock_random.seed(seed)
        return self._answer(environ, body, start_response)

    def _answer(self, environ: Environ, body: bytes, start_response: Callable[..., Any]) -> list[bytes]:
        authorization, address = environ.get("HTTP_AUTHORIZATION", ""), environ.get("RAW_URI") or environ["PATH_INFO"]
        own = eks.answer(authorization, environ["REQUEST_METHOD"], address, body)
        if own is None:
            return list(self._moto(environ, start_response))
        status, kind, said = own
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(said)))]
        start_response(f"{status} {HTTPStatus(status).phrase}", [*headers, ("x-amzn-ErrorType", kind)])
        return [said]

    def _journal_of(self, generation: int) -> Journal:
        return Journal(self._directory / f"journal-{generation}.jsonl")

    @property
    def _snapshot_file(self) -> Path:
        return self._directory / "snapshot.pickle"


def reads(environ: Environ, body: bytes) -> bool:
    """Whether a request changes nothing, by the name of its action or, in REST, by its method."""
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return str(target).rpartition(".")[2].startswith(_READING)
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded") and body:
        fields = dict(pair.partition("=")[::2] for pair in body.decode("latin-1").split("&"))
        if "Action" in fields:
            return fields["Action"].startswith(_READING)
    return environ.get("REQUEST_METHOD") in ("GET", "HEAD", "OPTIONS")


def _body(environ: Environ) -> bytes:
    """The request's body, which stays readable."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body
