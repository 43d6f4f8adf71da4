"""Starts programs without the second that their imports take: one process imports, each program is a fork of it.

`python -m fleet.program_server SOCKET ROOT` imports the SDK and the program in ROOT once. The language host's
bootstrap, where the variable TENANTPLANE_PROGRAM_SERVER names the socket, hands over its outputs, its request, its
folder and its variables, and ends with the exit code it is given back. The program's life hangs on that connection:
when the bootstrap is interrupted or killed, so is the program. Linux only (pidfd); elsewhere, and with another
language host, programs start as ever.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

VARIABLE: Final = "TENANTPLANE_PROGRAM_SERVER"
READY: Final = b"ready\n"
INTERRUPT_GRACE_S: Final = 2.0
"""What a program gets between the interrupt and its end, as the language host gives it."""
STARTS_WITHIN_S: Final = 30.0

_PRELOADED: Final = ("pulumi", "pulumi.runtime", "grpc", "stacks.program", "stacks.lean_sdk")
_HANDED_OVER: Final = 4
"""File descriptors of a request: standard output, standard error, the runner with its request, the place to run in."""


@contextlib.contextmanager
def serving(root: Path) -> Iterator[dict[str, str]]:
    """A server for the program in `root` while the context lasts; the variables that send programs to it.

    None are given where there can be no server: then programs start as ever.
    """
    if not hasattr(os, "pidfd_open"):
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="tenantplane-") as folder:
        path = Path(folder) / "programs"
        command = [sys.executable, "-m", "fleet.program_server", str(path), str(root)]
        checkout = Path(__file__).resolve().parent.parent
        # A session of its own: a Ctrl-C is for the engines, which end their programs in order.
        with subprocess.Popen(
            command, cwd=checkout, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        ) as server:
            try:
                # Its first word comes when it listens; nothing comes when the program cannot even be imported, and
                # then the program itself will say why, to the person who runs it.
                ready = server.stdout is not None and server.stdout.readline() == READY
                yield {VARIABLE: str(path)} if ready else {}
            finally:
                server.kill()


def main(path: str, root: str) -> None:
    """Serves until the process that started this is gone."""
    for name in _PRELOADED:
        if name == "stacks.program":
            sys.path.insert(0, root)
        importlib.import_module(name)
    sys.path.remove(root)
    gc.collect()
    gc.freeze()  # what is there now is never garbage: leave its pages shared
    with socket.socket(socket.AF_UNIX) as listener, selectors.DefaultSelector() as selector:
        listener.bind(path)
        listener.listen()
        selector.register(listener, selectors.EVENT_READ, None)
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ, None)
        os.write(1, READY)
        while True:
            for key, _ in selector.select():
                if key.fileobj is listener:
                    _accept(listener, selector)
                elif key.data is None:
                    return  # standard input ended: the parent is gone
                else:
                    _report(key, selector)


def _accept(listener: socket.socket, selector: selectors.BaseSelector) -> None:
    """Forks a program for one connection."""
    connection, _ = listener.accept()
    _, handed, _, _ = socket.recv_fds(connection, 16, _HANDED_OVER)
    if len(handed) != _HANDED_OVER:
        connection.close()
        return
    child = os.fork()
    if child == 0:
        try:
            os._exit(_run(connection, handed))
        finally:
            os._exit(1)
    for each in handed:
        os.close(each)
    selector.register(os.pidfd_open(child), selectors.EVENT_READ, (child, connection))


def _report(key: selectors.SelectorKey, selector: selectors.BaseSelector) -> None:
    """Gives the exit code of a program that ended back to its bootstrap."""
    child, connection = key.data
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    selector.unregister(key.fileobj)
    os.close(key.fd)
    with connection, contextlib.suppress(OSError):
        connection.sendall(str(code if code >= 0 else 128 - code).encode())


def _run(connection: socket.socket, handed: list[int]) -> int:
    """In the fork: becomes the program and runs it to its end; its exit code."""
    out, err, request, place = handed
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    with os.fdopen(place, encoding="utf-8") as file:
        file.seek(0)
        folder, variables = json.load(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    os.environ.pop(VARIABLE, None)
    sys.argv = ["-c"]
    threading.Thread(target=_die_with, args=(connection,), daemon=True).start()
    try:
        with os.fdopen(request, encoding="utf-8") as pipe:
            name, source, asked = json.load(pipe)
        scope: dict[str, Any] = {"__name__": name, "__file__": name, "REQUEST": asked}
        exec(compile(source, name, "exec"), scope)  # noqa: S102 - the language host's own runner
        code: Any = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return int(code or 0)


def _die_with(connection: socket.socket) -> None:
    """Interrupts this program when its bootstrap is gone, and ends it when that does not help."""
    with contextlib.suppress(OSError):
        connection.recv(1)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(INTERRUPT_GRACE_S)
    os._exit(130)


if __name__ == "__main__":
    main(*sys.argv[1:])
