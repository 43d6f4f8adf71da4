"""The CrossGuard pack: `pulumi preview --policy-pack policies` (I1).

What a rule may say, and what becomes of it, is in policies/verdict.py; what the engine asks, in policies/analyzer.py.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

# The engine starts a pack in its own folder; the rules are imported as everywhere else.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import grpc
import pulumi
from pulumi.runtime.config import CONFIG
from pulumi.runtime.proto import analyzer_pb2_grpc

from policies.analyzer import Analyzer

if TYPE_CHECKING:
    from policies.session import Session

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 4
"""Questions that are answered at once, as many as the SDK's packs answer."""


def begun() -> "Session":
    """The rules, and what the catalogue says of the stack."""
    from policies.session import session  # noqa: PLC0415
    from settings.dates import today  # noqa: PLC0415
    from settings.policy import RECORD_VARIABLE  # noqa: PLC0415

    folder = os.environ.get(RECORD_VARIABLE)
    record = Path(folder) / f"{pulumi.get_stack()}.jsonl" if folder else None
    return session(ROOT, CONFIG.get(), today(os.environ, datetime.now(UTC)), record)


# The engine waits for a pack before it starts the program, which then takes longer to come to its first resource than
# this takes: imports and the catalogue cost the preview no time. The SDK keeps its settings in the context.
beginning = ThreadPoolExecutor(max_workers=1).submit(copy_context().run, begun)


def serve() -> None:
    """Answers the engine until it ends this process. The port is the first line of output."""
    server = grpc.server(ThreadPoolExecutor(max_workers=WORKERS), options=[("grpc.max_receive_message_length", -1)])
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Analyzer(beginning), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


serve()
