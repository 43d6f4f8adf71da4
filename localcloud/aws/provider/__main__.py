"""`python -m localcloud.aws.provider [ENGINE]`: serve until the engine goes away."""

import os
import signal
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from types import FrameType

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from localcloud.aws.provider.servicer import Servicer
from localcloud.controlplane.ports import HOST

_MESSAGE_BYTES = 400 << 20
"""The limit that the engine sets on its own messages."""
_THREADS = 32
"""More than the engine's default of parallel steps; each mostly waits."""


def main() -> int:
    """Serve; the port is the first line of standard output, as the engine wants it."""
    found = version("pulumi-aws")
    if "--version" in sys.argv:
        print(found)
        return 0
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, end)
    server = grpc.server(
        ThreadPoolExecutor(_THREADS),
        options=[("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.max_send_message_length", _MESSAGE_BYTES)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(found), server)
    port = server.add_insecure_port(f"{HOST}:0")
    server.start()
    print(port, flush=True)
    threading.Thread(target=_end_with_parent, args=(ended,), daemon=True).start()
    ended.wait()
    server.stop(grace=5).wait()
    return 0


def _end_with_parent(ended: threading.Event) -> None:
    """The engine holds the other end of a plugin's standard input for as long as it lives; a terminal says nothing."""
    stdin = sys.stdin.fileno()
    mode = os.fstat(stdin).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        while os.read(stdin, 4096):  # not by sys.stdin, whose lock a thread must not hold when Python ends
            pass
        ended.set()


if __name__ == "__main__":
    sys.exit(main())
