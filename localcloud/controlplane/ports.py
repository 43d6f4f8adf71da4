"""Ports of a control plane: picked free on loopback, remembered, and explained when somebody else has one."""

import contextlib
import random
import socket
from collections.abc import Collection, Iterable
from typing import Self

import psutil

HOST = "127.0.0.1"
"""Every server of a local cluster listens here and nowhere else."""

_RANGE = range(20_000, 32_000)
"""Below the kernel's ephemeral ports (32768 on Linux), so that no outgoing connection takes a port we remember."""


def free_ports(names: Iterable[str], taken: Collection[int] = ()) -> dict[str, int]:
    """A free port for each name, all different and none of `taken` (those of clusters that may be down just now)."""
    ports: dict[str, int] = {}
    wanted = list(names)
    candidates = random.SystemRandom().sample(_RANGE, k=len(_RANGE))
    for candidate in candidates:
        if len(ports) == len(wanted):
            break
        if candidate not in taken and is_free(candidate):
            ports[wanted[len(ports)]] = candidate
    return ports


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    if (probe := _bound(port)) is None:
        return False
    probe.close()
    return True


def _bound(port: int) -> socket.socket | None:
    made = socket.socket()
    # As Go's listeners do it: without this a port in TIME_WAIT after a restart would look busy.
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((HOST, port))
    except OSError:
        made.close()
        return None
    return made


class HeldPorts:
    """Ports that nobody else gets before whoever they are for begins: seconds go by between the first part of a cluster
    and the last, in which a cluster of another state directory picks its own. Use as a context."""

    def __init__(self) -> None:
        self._sockets: dict[int, socket.socket] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for port in list(self._sockets):
            self.release(port)

    def hold(self, port: int) -> bool:
        """Listens on the port, so that it is free for nobody; whether it was free."""
        if (held := _bound(port)) is None:
            return False
        try:
            held.listen()
        except OSError:
            held.close()
            return False
        self._sockets[port] = held
        return True

    def release(self, port: int) -> None:
        """Lets somebody have a port; nothing when it is not held."""
        if (held := self._sockets.pop(port, None)) is not None:
            held.close()


def holder(port: int) -> str:
    """Who listens on the port, for a message: "nginx (pid 12)", or "a process of another user"."""
    with contextlib.suppress(psutil.AccessDenied):
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                if connection.pid is None:
                    break
                with contextlib.suppress(psutil.NoSuchProcess):
                    return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return "a process of another user"
