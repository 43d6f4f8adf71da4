"""Files that are written whole or not at all, and locks that die with their holder."""

import contextlib
import errno
import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from localcloud.errors import LocalcloudError

PRIVATE = 0o600
"""Mode of a file only its owner may read: keys, kubeconfigs, the encryption key."""

MEGABYTE = 1_000_000


def write_whole(path: Path, content: bytes | str, mode: int = PRIVATE) -> None:
    """Write a file so that a reader, or a crash, meets the old content or the new one, never half of it.

    mode: permissions of the file, given before the content is written.
    Raises LocalcloudError when the disk is full.
    """
    data = content.encode() if isinstance(content, str) else content
    with explain_full_disk(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(file.fileno(), mode)
                file.write(data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def explain_full_disk(directory: Path) -> Iterator[None]:
    """Turn "no space left on device" into an error that names the disk and says that nothing was lost."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise full_disk(directory) from error


def full_disk(directory: Path) -> LocalcloudError:
    """The error for a disk that has no room left under `directory`."""
    return LocalcloudError(
        f"the disk of {directory} is full ({free_bytes(directory) // MEGABYTE} MB free); "
        "make room and run the same command again: it goes on where it stopped"
    )


def free_bytes(directory: Path) -> int:
    """Bytes free on the disk that holds `directory`, or would hold it once it is made."""
    existing = directory
    while not existing.exists():
        existing = existing.parent
    return shutil.disk_usage(existing).free


def require_space(directory: Path, needed_bytes: int, purpose: str) -> None:
    """Raise LocalcloudError when the disk of `directory` has less than `needed_bytes` free."""
    free = free_bytes(directory)
    if free < needed_bytes:
        raise LocalcloudError(
            f"{purpose} needs about {needed_bytes // MEGABYTE} MB in {directory}, "
            f"and its disk has {free // MEGABYTE} MB free; make room and run the same command again"
        )


@contextlib.contextmanager
def lock(
    path: Path,
    waiting: Callable[[str], None] | None = None,
    *,
    give_up: Callable[[], bool] | None = None,
    poll_s: float = 0.2,
) -> Iterator[None]:
    """Hold `path` exclusively among processes; the file is gone afterwards.

    The kernel drops the lock when its holder dies, however it dies, so there are no stale locks to clean up.
    waiting: called once with the holder's description when somebody else has the lock.
    give_up: asked while waiting; LocalcloudError is raised once it says so.
    """
    told = False
    while True:
        with explain_full_disk(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another process"
            os.close(descriptor)
            if waiting and not told:
                waiting(holder)
                told = True
            if give_up and give_up():
                raise LocalcloudError("interrupted") from None
            time.sleep(poll_s)
            continue
        if _is_still(path, descriptor):
            break
        os.close(descriptor)  # its holder removed the file between our open and our lock: take the new one
    try:
        os.ftruncate(descriptor, 0)
        with contextlib.suppress(OSError):  # a full disk must not keep anybody from stopping a cluster
            os.pwrite(descriptor, f"process {os.getpid()}".encode(), 0)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
