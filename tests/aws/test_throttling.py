"""An endpoint that throttles or fails is asked again, later and later, and gives up with a clear message (H1)."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from localcloud.aws import AwsService
from tests.aws.plugin import Plugin, Refused

pytestmark = pytest.mark.xdist_group("aws")  # names that are taken once

THROTTLED = b"<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"


@contextmanager
def between(endpoint: str, fails: Callable[[int], int]) -> Iterator[tuple[str, list[int]]]:
    """A proxy. fails: status for the request of that number, 0 to pass it on. Gives its URL and what it answered."""
    answered: list[int] = []
    target = urlsplit(endpoint).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            status = fails(len(answered))
            answered.append(status)
            if status:
                self._answer(status, THROTTLED)
                return
            onward = http.client.HTTPConnection(target, timeout=60)
            onward.request("POST", self.path, body, dict(self.headers))
            found = onward.getresponse()
            self._answer(found.status, found.read())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", answered
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("mode", ["standard", "adaptive"])
def test_a_throttled_call_is_made_again(aws: AwsService, mode: str) -> None:
    with between(aws.endpoint, lambda number: (429, 503)[number] if number < 2 else 0) as (endpoint, answered):
        plugin = Plugin(endpoint, retryMode=mode)
        made = plugin.create("aws:ec2/vpc:Vpc", cidrBlock="10.70.0.0/16")
        assert answered[:3] == [429, 503, 0]
        plugin.delete(made)


def test_a_failure_that_lasts_is_told_with_the_call_and_the_attempts(aws: AwsService) -> None:
    with between(aws.endpoint, lambda _: 503) as (endpoint, answered):
        plugin = Plugin(endpoint, maxRetries=2)
        with pytest.raises(Refused) as refused:
            plugin.create("aws:ec2/vpc:Vpc", cidrBlock="10.70.0.0/16")
        assert answered == [503, 503]
    message = str(refused.value)
    assert "Throttling: Rate exceeded" in message
    assert "answered 503 to each of 2 attempts, with longer and longer waits" in message


def test_what_was_made_before_a_failure_is_recorded(aws: AwsService) -> None:
    """The VPC is there, and what is set on it fails: the engine keeps it and goes on from there."""
    with between(aws.endpoint, lambda number: 503 if number >= 2 else 0) as (endpoint, _):
        plugin = Plugin(endpoint, maxRetries=1)
        with pytest.raises(Refused, match="modify_vpc_attribute") as refused:
            plugin.create("aws:ec2/vpc:Vpc", cidrBlock="10.71.0.0/16", enableDnsHostnames=True)
    partial = refused.value.partial
    assert partial is not None
    assert partial.id.startswith("vpc-")
    found = Plugin(aws.endpoint).read("aws:ec2/vpc:Vpc", partial.id)
    assert found is not None
    found.plugin.delete(found)


def test_no_endpoint_at_all_says_how_to_start_it() -> None:
    with pytest.raises(Refused, match=r"no answer from http://127\.0\.0\.1:9 .*python -m localcloud aws start"):
        Plugin("http://127.0.0.1:9", maxRetries=1).create("aws:ec2/vpc:Vpc", cidrBlock="10.70.0.0/16")
