"""Builds with a Go that is a script: what is said while it works, when it fails, and when it is missing."""

import io
import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from localcloud.errors import LocalcloudError
from localcloud.toolchain import store
from localcloud.toolchain.build import build
from localcloud.toolchain.display import Display, Task
from localcloud.toolchain.golang import go_environment
from localcloud.toolchain.recipes import Recipe

GO = """
    #!{python}
    import os, sys, pathlib
    pathlib.Path(os.environ["CALLS"]).open("a").write(" ".join(sys.argv[1:]) + "\\n")
    if sys.argv[1] == "env":
        print("go" + os.environ.get("FAKE_GO", "1.26.8"))
    elif sys.argv[1:4] == ["list", "-mod=readonly", "-m"]:
        print("go: downloading example.com/module v1.0.0")
        print(os.environ["MODULE"])
    elif sys.argv[1] == "list":
        print("go: downloading example.com/dependency v1.0.0")
        print("stale\\n\\nstale\\nstale")
    elif os.environ.get("FAKE_FAILS"):
        print("example.com/one\\n" + os.environ["FAKE_FAILS"])
        sys.exit(1)
    else:
        print("example.com/one\\nexample.com/two\\nexample.com/tool")
        output = sys.argv[sys.argv.index("-o") + 1]
        names = [one.rsplit("/", 1)[-1] for one in sys.argv if one.startswith("example.com/cmd/")]
        for path in [output + name for name in names] if output.endswith("/") else [output]:
            pathlib.Path(path).write_text("program")
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(textwrap.dedent(GO).strip().format(python=sys.executable))
    go.chmod(0o755)
    monkeypatch.setenv("PATH", str(go.parent))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    return tmp_path / "calls"


def recipe(tmp_path: Path, name: str = "demo") -> Recipe:
    packages = {"alpha": "example.com/cmd/alpha", "beta": "example.com/cmd/beta", "gamma": "example.com/server/v3"}
    return Recipe(name, tmp_path, packages, "0123456789abcdef", 10, {"example.com/v.Version": "v1.2.3"})


def display() -> tuple[Display, io.StringIO]:
    out = io.StringIO()
    return Display(Console(file=out, width=300), line_every_s=0.0), out


def test_a_build_compiles_from_locked_pins_installs_and_says_so(calls: Path, tmp_path: Path) -> None:
    show, out = display()
    wanted = recipe(tmp_path)
    build([wanted], show)
    assert wanted.built
    assert sorted(path.name for path in wanted.output.iterdir()) == ["alpha", "beta", "gamma"]
    builds = [line for line in calls.read_text().splitlines() if line.startswith("build")]
    assert len(builds) == 2  # alpha and beta share one; gamma's package has another name
    assert all("-mod=readonly -trimpath" in line and "-X example.com/v.Version=v1.2.3" in line for line in builds)
    assert "building demo from pinned sources" in out.getvalue()
    assert "built demo in 0:0" in out.getvalue()
    build([wanted], show)
    assert len([line for line in calls.read_text().splitlines() if line.startswith("build")]) == 2


def test_files_of_the_module_are_kept_beside_the_programs(
    calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "module"
    (module / "k8s" / "crds").mkdir(parents=True)
    (module / "k8s" / "crds" / "one.yaml").write_text("kind: One")
    (module / "k8s" / "role.yaml").write_text("kind: Role")
    for path in (*module.rglob("*.yaml"), module / "k8s" / "crds"):
        path.chmod(0o444 if path.is_file() else 0o555)  # as in Go's module cache
    monkeypatch.setenv("MODULE", str(module))
    files = {"crds": "k8s/crds", "rbac.yaml": "k8s/role.yaml"}
    wanted = replace(recipe(tmp_path), module="example.com/module", files=files)
    build([wanted], display()[0])
    assert wanted.built
    assert (wanted.output / "crds" / "one.yaml").read_text() == "kind: One"
    assert (wanted.output / "rbac.yaml").read_text() == "kind: Role"
    (wanted.output / "crds" / "one.yaml").write_text("what is kept can be removed again")
    (wanted.output / "rbac.yaml").unlink()
    assert not wanted.built


def test_a_failed_build_shows_gos_words_and_installs_nothing(
    calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_FAILS", "./main.go:3:1: undefined: foo")
    wanted = recipe(tmp_path)
    with pytest.raises(LocalcloudError) as failed:
        build([wanted], display()[0])
    assert "building demo failed" in str(failed.value)
    assert "main.go:3:1: undefined: foo" in str(failed.value)
    assert "example.com/one" not in str(failed.value)
    assert not wanted.built
    monkeypatch.delenv("FAKE_FAILS")
    build([wanted], display()[0])
    assert wanted.built


def test_a_full_disk_is_called_that(calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_FAILS", "write /x/b001/_pkg_.a: no space left on device")
    with pytest.raises(LocalcloudError, match=r"the disk of .* is full \(\d+ MB free\); make room"):
        build([recipe(tmp_path)], display()[0])


def test_without_go_it_says_what_to_install(calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr("localcloud.toolchain.golang._USUAL_PLACE", tmp_path / "go" / "bin" / "go")
    with pytest.raises(LocalcloudError) as refused:
        build([recipe(tmp_path)], display()[0])
    said = str(refused.value)
    assert "alpha, beta, gamma needs Go 1.26.7 or newer to be built, and there is no go command on PATH" in said
    assert "TENANTPLANE_TOOLCHAIN" in said


def test_too_old_a_go_is_named(calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_GO", "1.25.9")
    with pytest.raises(LocalcloudError, match=r"bin/go is Go 1\.25\.9"):
        build([recipe(tmp_path)], display()[0])


def test_the_environment_cannot_loosen_the_pins(calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOWORK", "/somewhere/go.work")
    environment = go_environment()
    assert (environment["GOFLAGS"], environment["GOWORK"], environment["CGO_ENABLED"]) == ("", "off", "0")


def test_a_leftover_of_a_killed_build_is_no_build(calls: Path, tmp_path: Path) -> None:
    leftover = store.scratch(recipe(tmp_path).output)
    (leftover / "alpha").write_text("half")
    wanted = recipe(tmp_path)
    assert not wanted.built
    build([wanted], display()[0])
    assert (wanted.output / "alpha").read_text() == "program"
    assert not leftover.exists()


def test_whoever_waits_for_another_builder_is_told_and_builds_nothing_twice(calls: Path, tmp_path: Path) -> None:
    wanted = recipe(tmp_path)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys\nfrom localcloud.toolchain import store\n"
            "with store.build_lock(store.entry('demo', '0123456789abcdef'), print):\n"
            "    print('held', flush=True)\n"
            "    sys.stdin.readline()\n",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    show, out = display()
    told = show.note

    def note(text: str) -> None:
        told(text)
        if "waiting for it" in text and holder.stdin:  # it finishes only after we were told that it builds
            wanted.output.mkdir(parents=True)
            for name in wanted.packages:
                (wanted.output / name).write_text("by the other")
            holder.stdin.close()

    show.note = note  # type: ignore[method-assign]
    build([wanted], show)
    holder.wait(10)
    assert f"process {holder.pid} builds demo already; waiting for it" in out.getvalue()
    assert "build " not in (calls.read_text() if calls.exists() else "")
    assert (wanted.output / "alpha").read_text() == "by the other"


def test_progress_counts_packages_and_estimates_what_is_left() -> None:
    task = Task("demo", reference_s=100.0)
    assert task.words() == "waiting"
    task.begin()
    task.state, task.downloads = "downloading", 7
    assert task.words() == "downloading sources (7 modules)"
    task.state, task.done, task.total = "compiling", 50, 100
    assert task.words() == "compiling 50 of 100 packages"
    assert task.fraction == pytest.approx(0.475)
    show, out = display()
    with show.show([task]):
        show.refresh()
    assert "demo: compiling 50 of 100 packages; about 0:00 left" in out.getvalue()
    task.finish()
    assert task.fraction == 1.0
