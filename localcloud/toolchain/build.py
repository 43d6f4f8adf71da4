"""Builds the tools from their recipes, two at a time; what Go has compiled already is not compiled again."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from pathlib import Path

from localcloud.errors import LocalcloudError
from localcloud.files import explain_full_disk, full_disk
from localcloud.toolchain import store
from localcloud.toolchain.display import Display, Task
from localcloud.toolchain.golang import find_go, go_environment
from localcloud.toolchain.pins import load_pins
from localcloud.toolchain.recipes import Recipe

_AT_ONCE = 2
"""While one build downloads or links, which keeps one core busy at most, the other compiles."""

_PACKAGE = re.compile(r"[\w.~+-]+(/[\w.~+-]+)*")


def build(wanted: Sequence[Recipe], display: Display) -> None:
    """Build what is missing of `wanted` and put it into the store.

    Cut short at any moment, the next call goes on: finished recipes stay, and Go keeps what it compiled.
    Raises LocalcloudError with the compiler's words when a build fails, and when Go is missing or the disk is full.
    """
    missing = [recipe for recipe in wanted if not recipe.built]
    if not missing:
        return
    names = ", ".join(tool for recipe in missing for tool in recipe.packages)
    go = find_go(load_pins().minimum_go, missing[0].directory, names)
    tasks = [Task(recipe.name, recipe.reference_s) for recipe in missing]
    with display.show(tasks), _Children() as children, ThreadPoolExecutor(_AT_ONCE) as pool:
        builders = [_Builder(go, recipe, task, display) for recipe, task in zip(missing, tasks, strict=True)]
        jobs = [pool.submit(builder.run, children) for builder in builders]
        try:
            _until_done(jobs, display)
        except BaseException as error:
            children.end()
            for job in jobs:
                job.cancel()
            if isinstance(error, KeyboardInterrupt):
                display.note("interrupted; what is compiled is kept, and the same command goes on from here")
            raise


def _until_done(jobs: Iterable[Future[None]], display: Display) -> None:
    pending = set(jobs)
    while pending:
        done, pending = wait_for(pending, timeout=0.5, return_when=FIRST_EXCEPTION)
        for job in done:
            job.result()
        display.refresh()


class _Children:
    """The Go commands that run, so that all can be ended together."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._ended = False

    def __enter__(self) -> "_Children":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self, command: Sequence[str], directory: Path) -> subprocess.Popen[str]:
        with self._lock:
            if self._ended:
                raise LocalcloudError("interrupted")
            child = subprocess.Popen(
                command,
                cwd=directory,
                env=go_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,  # so that the compilers it runs can be ended with it
            )
            self._running.add(child)
            return child

    @property
    def ended(self) -> bool:
        return self._ended

    def finished(self, child: subprocess.Popen[str]) -> None:
        with self._lock:
            self._running.discard(child)

    def end(self) -> None:
        with self._lock:
            self._ended = True
            for child in self._running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGTERM)


class _Builder:
    """Builds one recipe: asks which packages must be compiled, compiles and counts them, installs the result."""

    def __init__(self, go: Path, recipe: Recipe, task: Task, display: Display) -> None:
        self._go = str(go)
        self._recipe = recipe
        self._task = task
        self._display = display

    def run(self, children: _Children) -> None:
        def waiting(who: str) -> None:
            self._task.state = f"{who} builds it already; waiting"
            self._display.note(f"{who} builds {self._recipe.name} already; waiting for it")

        with store.build_lock(self._recipe.output, waiting, give_up=lambda: children.ended):
            self._task.begin()
            if not self._recipe.built:  # the one we waited for may have built it
                self._build(children)
            self._task.finish()

    def _build(self, children: _Children) -> None:
        with explain_full_disk(store.root()):
            store.log(self._recipe.name).parent.mkdir(parents=True, exist_ok=True)
            store.log(self._recipe.name).write_text("")
        self._task.state = "downloading"
        output = store.scratch(self._recipe.output)
        if self._recipe.packages:
            self._task.total = self._stale_packages(children)
            self._task.state = "compiling"
        else:  # of which only files are kept: there is nothing to compile that would bring the sources
            self._execute(children, ["mod", "download", self._recipe.module])
        for group in self._groups(output):
            self._execute(children, ["build", "-v", *self._flags(), *group])
        self._keep_files(children, output)
        store.install(output, self._recipe.output)

    def _keep_files(self, children: _Children, output: Path) -> None:
        if not self._recipe.files:
            return
        said = self._execute(children, ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", self._recipe.module])
        module = said[-1]  # after what Go says of its downloads
        with explain_full_disk(store.root()):
            for name, path in self._recipe.files.items():
                source = Path(module) / path
                # Contents only: the sources of modules are read-only, and so would be what is to be pruned one day.
                if source.is_dir():
                    (output / name).mkdir()
                    for file in sorted(source.iterdir()):
                        shutil.copyfile(file, output / name / file.name)
                else:
                    shutil.copyfile(source, output / name)

    def _groups(self, output: Path) -> list[list[str]]:
        """Arguments of each `go build`; programs named like their package share one, which links them in parallel."""
        regular = [package for tool, package in self._recipe.packages.items() if package.rsplit("/", 1)[-1] == tool]
        renamed = {tool: package for tool, package in self._recipe.packages.items() if package not in regular}
        groups = [["-o", f"{output}{os.sep}", *regular]] if regular else []
        return groups + [["-o", str(output / tool), package] for tool, package in renamed.items()]

    def _flags(self) -> list[str]:
        variables = " ".join(f"-X {key}={value}" for key, value in self._recipe.variables.items())
        return ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", f"-s -w {variables}".strip()]

    def _stale_packages(self, children: _Children) -> int:
        """How many packages Go will compile; downloads the sources of all on the way."""
        template = "{{if .Stale}}stale{{end}}"
        command = ["list", "-deps", "-f", template, *self._flags(), *self._recipe.packages.values()]
        return self._execute(children, command).count("stale")

    def _execute(self, children: _Children, arguments: Sequence[str]) -> list[str]:
        child = children.start([self._go, *arguments], self._recipe.directory)
        words: list[str] = []
        try:
            with store.log(self._recipe.name).open("a") as log:
                for line in child.stdout or ():
                    words.append(line.rstrip())
                    log.write(line)
                    self._count(line.strip())
            child.wait()
        finally:
            children.finished(child)
        if child.returncode:
            raise self._failure(words)
        return words

    def _count(self, line: str) -> None:
        if line.startswith("go: downloading "):
            self._task.downloads += 1
        elif self._task.state == "compiling" and _PACKAGE.fullmatch(line):
            self._task.done += 1
            if self._task.done >= self._task.total:
                self._task.state = "linking"

    def _failure(self, words: Sequence[str]) -> LocalcloudError:
        if any("no space left on device" in word for word in words):
            return full_disk(store.root())
        said = [word for word in words if word and not _PACKAGE.fullmatch(word) and not word.startswith("go: downl")]
        text = "\n".join(said[-15:]) or "it was ended"
        return LocalcloudError(
            f"building {self._recipe.name} failed; go says (all of it in {store.log(self._recipe.name)}):\n{text}"
        )


def estimate_s(missing: Iterable[Recipe]) -> float:
    """Seconds that building from nothing takes on this machine, from those measured on 2 cores."""
    cores = os.cpu_count() or 1
    return sum(recipe.reference_s for recipe in missing) * 2 / min(cores, 8)
