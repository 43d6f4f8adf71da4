"""All that moto remembers, as one file: backends refer to each other's objects, so they are pickled as one graph (H1).

What cannot be pickled is made anew on the way in: locks, and keys and certificates by their DER forms. moto's
dictionaries of backends are not part of the graph but the places it is put into.
"""

import contextlib
import importlib
import marshal
import pickle
import threading
import types
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import moto.backends
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from moto.core.base_backend import AccountSpecificBackend, BackendDict

from localcloud.errors import LocalcloudError
from localcloud.files import explain_full_disk

_LOCKS: Final = (type(threading.Lock()), type(threading.RLock()))
_FORMAT: Final = 1


@dataclass(frozen=True)
class State:
    """backends: by service, account and region. bucket_owners: who has a bucket's name, beside S3's backends."""

    backends: dict[str, dict[tuple[str, str], Any]]
    bucket_owners: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Snapshot:
    """generation: number of the journal that continues it."""

    generation: int
    state: State


def take() -> State:
    """The backends of every service that has been used. No request may run meanwhile."""
    used = {
        one.service_name: {(account, region): backend for account, region, backend in one.iter_backends()}
        for one in BackendDict._instances
        if one.service_name != "moto_api"
    }
    return State(used, dict(_buckets().bucket_accounts))


def put(state: State) -> None:
    """Make moto continue with these backends."""
    for service, backends in state.backends.items():
        known: Any = moto.backends.get_backend(service)
        for (account, region), backend in backends.items():
            dict.__setitem__(known[account], region, backend)
    _buckets().bucket_accounts.update(state.bucket_owners)


def _buckets() -> Any:
    return moto.backends.get_backend("s3")


def write(path: Path, snapshot: Snapshot, version: str) -> None:
    """Write it whole or not at all. version: moto's, whose classes the file names."""
    with explain_full_disk(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        with new.open("wb") as file:
            pickle.dump((_FORMAT, version, snapshot.generation), file)
            _Pickler(file, protocol=pickle.HIGHEST_PROTOCOL).dump(snapshot.state)
        new.replace(path)


def read(path: Path, version: str) -> Snapshot | None:
    """The snapshot, None when there is none yet.

    Only files of this machine's own user are read: it lies in the state directory, which nobody else can write.
    Raises LocalcloudError when another version of moto wrote it.
    """
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        form, wrote, generation = pickle.load(file)  # noqa: S301 - our own file
        if (form, wrote) != (_FORMAT, version):
            raise LocalcloudError(
                f"{path} is of moto {wrote} and this is {version}; give what is in it up: python -m localcloud aws stop"
            )
        return Snapshot(generation, _Unpickler(file).load())
    return None


def _lock(kind: int) -> Any:
    return threading.RLock() if kind else threading.Lock()


def _private_key(text: bytes) -> Any:
    return serialization.load_der_private_key(text, None)


def _certificate(text: bytes) -> Any:
    return x509.load_der_x509_certificate(text)


def _public_key(text: bytes) -> Any:
    return serialization.load_der_public_key(text)


def _function(code: bytes, module: str) -> Any:
    return types.FunctionType(marshal.loads(code), vars(importlib.import_module(module)))  # noqa: S302 - our own file


def _dictionary(kind: type[defaultdict[Any, Any]], factory: Callable[[], Any] | None) -> Any:
    """Without the constructor of `kind`, which wants more than a defaultdict's."""
    made = kind.__new__(kind)
    defaultdict.__init__(made, factory)
    return made


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> tuple[str, ...] | None:
        if isinstance(obj, BackendDict):
            return ("service", obj.service_name)
        if isinstance(obj, AccountSpecificBackend):
            return ("account", obj.service_name, obj.account_id)
        return None

    def reducer_override(self, obj: Any) -> Any:  # noqa: PLR0911 - one for each kind
        if isinstance(obj, _LOCKS):
            return _lock, (int(isinstance(obj, _LOCKS[1])),)
        if isinstance(obj, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
            form = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            return _private_key, (obj.private_bytes(*form),)
        if isinstance(obj, x509.Certificate):
            return _certificate, (obj.public_bytes(serialization.Encoding.DER),)
        if isinstance(obj, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey)):
            form_of_public = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
            return _public_key, (obj.public_bytes(*form_of_public),)
        if isinstance(obj, types.FunctionType) and obj.__name__ == "<lambda>" and obj.__closure__ is None:
            return _function, (marshal.dumps(obj.__code__), obj.__module__)  # the factory of a defaultdict
        if isinstance(obj, defaultdict) and type(obj) is not defaultdict:
            return _dictionary, (type(obj), obj.default_factory), vars(obj), None, iter(obj.items())
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: Any) -> Any:
        known = moto.backends.get_backend(pid[1])
        return known if pid[0] == "service" else known[pid[2]]
