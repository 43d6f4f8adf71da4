"""Where PostgreSQL is taken from, and what is said when there is none (F1)."""

import os
from pathlib import Path

import pytest

from localcloud.controlplane.postgres import NoPostgresError, find_programs, programs


def fake(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (folder / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any PostgreSQL."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(programs, "_DEBIAN", tmp_path / "debian")
    monkeypatch.setattr(programs, "_WHEEL", "tenantplane_no_such_wheel")
    return tmp_path


def test_path_comes_first(bare: Path) -> None:
    fake(bare / "debian" / "17" / "bin", "17.2")
    here = fake(bare / "path", "15.4 (Debian 15.4-1)")
    assert (find_programs().folder, find_programs().major) == (here, 15)


def test_an_old_one_on_path_is_passed_over_for_debians_newest(bare: Path) -> None:
    fake(bare / "path", "14.9")
    fake(bare / "debian" / "9" / "bin", "9.6")
    fake(bare / "debian" / "16" / "bin", "16.1")
    newest = fake(bare / "debian" / "17" / "bin", "17.0")
    assert find_programs().folder == newest


def test_a_wheel_comes_last(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = bare / "site" / "pretended_wheel"
    folder = fake(package / "pginstall" / "bin", "16.4")
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(bare / "site"))
    monkeypatch.setattr(programs, "_WHEEL", "pretended_wheel")
    assert (find_programs().folder, find_programs().source) == (folder, "wheel")


def test_none_that_fits_says_what_to_install(bare: Path) -> None:
    fake(bare / "path", "13.3")
    with pytest.raises(NoPostgresError, match=r"has version 13.*apt-get install postgresql.*pip install"):
        find_programs()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run PostgreSQL as somebody else")
def test_root_without_user_namespaces_is_told(bare: Path) -> None:
    folder = fake(bare / "path", "15.4")
    (folder / "unshare").write_text("#!/bin/sh\necho 'Operation not permitted' >&2\nexit 1\n")
    (folder / "unshare").chmod(0o755)
    with pytest.raises(NoPostgresError, match=r"Operation not permitted.*ordinary user"):
        find_programs().command("postgres")
