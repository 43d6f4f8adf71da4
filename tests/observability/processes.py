"""Programs on the loopback interface for as long as a test needs them; a real Prometheus among them."""

import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.observability.tools import program
from tests.polling import until


@contextmanager
def prometheus(configured: dict[str, Any], directory: Path) -> Iterator[str]:
    """The address of a Prometheus with this configuration, which ends with the block."""
    config = directory / "prometheus.yml"
    config.write_text(yaml.safe_dump(configured, sort_keys=False))
    address = f"127.0.0.1:{free_port()}"
    files = [f"--config.file={config}", f"--storage.tsdb.path={directory / 'data'}"]
    command = [program("prometheus"), *files, f"--web.listen-address={address}"]
    with serving(command, directory / "prometheus.log") as alive:
        until(lambda: alive() and answers(f"http://{address}/-/ready"), "Prometheus answers", 60)
        yield f"http://{address}"


@contextmanager
def serving(command: list[str], log: Path) -> Iterator[Callable[[], bool]]:
    """Runs a program until the end of the block. Gives what says that it still runs, or fails with its last words."""
    with log.open("w") as written:
        process = subprocess.Popen(command, stdout=written, stderr=written)

        def alive() -> bool:
            assert process.poll() is None, f"{command[0]} has ended: {log.read_text()[-2000:]}"
            return True

        try:
            yield alive
        finally:
            process.terminate()
            process.wait(20)


def free_port() -> int:
    """A port of the loopback interface that nothing has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def answers(url: str) -> bool:
    """Whether a server says 200 to this."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  loopback
            return bool(answer.status == 200)
    except OSError:
        return False
