"""Headless Chromium, driven by its own protocol: no driver program, no download."""

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import websocket

from tests.polling import until

INSTALL = "apt-get install --no-install-recommends chromium"
ANSWER_S = 60


def chromium() -> str:
    """Path of the browser; skips the test where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if (path := shutil.which(name)) is not None:
            return path
    pytest.skip(f"no Chromium on PATH; {INSTALL}")


@dataclass
class Page:
    """A page that is open. said: console messages and exceptions. asked: addresses of requests."""

    socket: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _number: int = 0

    def send(self, method: str, **parameters: Any) -> Any:
        """The answer to a command; events meanwhile are kept."""
        self._number += 1
        self.socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]
            self._heard(message.get("method", ""), message.get("params") or {})

    def _heard(self, event: str, of: dict[str, Any]) -> None:
        if event == "Runtime.consoleAPICalled":
            self.said.append(f"{of['type']}: {[each.get('value', each.get('description')) for each in of['args']]}")
        elif event == "Runtime.exceptionThrown":
            self.said.append(json.dumps(of["exceptionDetails"])[:800])
        elif event == "Log.entryAdded":
            self.said.append(f"{of['entry']['level']}: {of['entry']['text']}")
        elif event == "Network.requestWillBeSent":
            self.asked.append(of["request"]["url"])

    def run(self, script: str) -> Any:
        """Value of an expression in the page."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def open(self, file: Path) -> None:
        """Opens a file and waits until its program has run."""
        self.send("Page.navigate", url=file.as_uri())
        until(lambda: self.run("document.documentElement?.dataset.ready === 'true'"), f"{file.name} is drawn", 60)

    def press(self, key: str, code: int) -> None:
        """One key."""
        typed = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown" if typed else "rawKeyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **typed)

    def prefers(self, **features: str) -> None:
        """What the reader's system prefers, such as color_scheme="dark"."""
        made = [{"name": f"prefers-{name.replace('_', '-')}", "value": value} for name, value in features.items()]
        self.send("Emulation.setEmulatedMedia", features=made)

    def size(self, width: int, height: int) -> None:
        """Of the window, in CSS pixels."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def shot(self, file: Path, *, whole: bool = True) -> None:
        """A picture of the page."""
        data = self.send("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        file.write_bytes(base64.b64decode(data))


@contextmanager
def browsing(folder: Path) -> Iterator[Page]:
    """A browser with a profile of its own, until the end of the block."""
    command = [
        chromium(),
        "--headless=new",
        "--no-sandbox",  # tests may run as root, where it will not start with one; it opens our own file only
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--remote-debugging-port=0",
        "--remote-debugging-address=127.0.0.1",
        "--remote-allow-origins=*",
        f"--user-data-dir={folder / 'profile'}",
        "about:blank",
    ]
    log = folder / "chromium.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            address = str(until(lambda: _address(log), "Chromium listens", 60))
            browser = websocket.create_connection(address, timeout=ANSWER_S)
            target = Page(browser).send("Target.createTarget", url="about:blank")["targetId"]
            port = address.split("/")[2]
            page = Page(websocket.create_connection(f"ws://{port}/devtools/page/{target}", timeout=ANSWER_S))
            for domain in ("Page", "Runtime", "Log", "Network"):
                page.send(f"{domain}.enable")
            page.size(1280, 900)
            yield page
        finally:
            process.terminate()
            process.wait(20)


def _address(log: Path) -> str | None:
    found = re.search(r"DevTools listening on (ws://\S+)", log.read_text())
    return found[1] if found else None
