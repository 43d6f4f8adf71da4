"""Files that are whole, locks that die with their holder, processes known beyond doubt, ports that are free."""

import errno
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from localcloud.controlplane import process
from localcloud.controlplane.layout import Layout, cluster_names
from localcloud.controlplane.parts import PORT_NAMES, parts
from localcloud.controlplane.ports import HOST, HeldPorts, free_ports, holder, is_free
from localcloud.controlplane.state import ensure_ports, read_ports
from localcloud.errors import LocalcloudError
from localcloud.files import explain_full_disk, lock, require_space, write_whole
from localcloud.processes import end_processes

SLEEPER = (sys.executable, "-c", "import sys, time; print('started', flush=True); time.sleep(600)")


def test_a_file_is_replaced_whole_with_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "a" / "key"
    write_whole(file, "one")
    write_whole(file, "two")
    assert file.read_text() == "two"
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_keeps_the_old_file_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    file = tmp_path / "state.json"
    write_whole(file, "old")

    def full(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fchmod", full)
    with pytest.raises(LocalcloudError, match=r"the disk of .* is full \(\d+ MB free\); make room and run the same"):
        write_whole(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_other_errors_are_not_called_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), explain_full_disk(tmp_path):
        raise PermissionError


def test_too_little_room_is_told_beforehand(tmp_path: Path) -> None:
    require_space(tmp_path / "not" / "yet" / "there", 1, "cluster a")
    with pytest.raises(
        LocalcloudError, match=r"cluster a needs about 1000000000 MB in .* and its disk has \d+ MB free"
    ):
        require_space(tmp_path, 10**15, "cluster a")


def test_a_lock_lets_one_in_at_a_time_and_leaves_no_file(tmp_path: Path) -> None:
    path, inside, most = tmp_path / "lock", 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with lock(path, poll_s=0.001):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert most == 1
    assert not path.exists()


def test_the_lock_of_a_killed_process_is_free_again(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom localcloud.files import lock\n"
        "with lock(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(600)"
    )
    root = str(Path(__file__).parents[3])
    killed = subprocess.Popen([sys.executable, "-c", code, str(path)], cwd=root, stdout=subprocess.PIPE)
    assert killed.stdout is not None
    killed.stdout.readline()
    told: list[str] = []

    def waiting(who: str) -> None:
        told.append(who)
        killed.kill()

    with lock(path, waiting, poll_s=0.01):
        assert told == [f"process {killed.pid}"]
    killed.communicate()


def test_a_process_is_known_by_its_record_until_it_ends(tmp_path: Path) -> None:
    record, log = tmp_path / "run" / "a.json", tmp_path / "logs" / "a.log"
    child = process.spawn(SLEEPER, log, record, tmp_path, {})
    found = process.recorded(record)
    assert found is not None
    assert (found[0].pid, found[1]) == (child.pid, SLEEPER)
    assert os.getsid(child.pid) == child.pid  # a session of its own: a closed terminal does not end it
    end_processes([found[0]], 10)
    assert process.recorded(record) is None
    child.wait(10)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pid": "x"}', "null"])
def test_a_broken_record_is_no_process(tmp_path: Path, text: str) -> None:
    record = tmp_path / "a.json"
    record.write_text(text)
    assert process.recorded(record) is None


def test_a_reused_process_id_is_not_ours(tmp_path: Path) -> None:
    record = tmp_path / "a.json"
    me = psutil.Process()
    stale = {"pid": me.pid, "started": me.create_time() - 100, "command": ["etcd"]}
    record.write_text(json.dumps(stale))
    assert process.recorded(record) is None
    record.write_text(json.dumps({**stale, "started": me.create_time()}))
    assert process.recorded(record) is not None


def test_processes_are_found_by_program_and_directory_only(tmp_path: Path) -> None:
    program = tmp_path / "etcd"
    program.symlink_to(sys.executable)
    code = "import sys; sys.stdin.read()"
    commands = {
        "ours": [str(program), "-c", code, f"--data-dir={tmp_path}/c/etcd"],
        "neighbour": [str(program), "-c", code, f"--data-dir={tmp_path}/c2/etcd"],
        "editor": [sys.executable, "-c", code, f"{tmp_path}/c/state.json"],
    }
    running = {name: subprocess.Popen(command, stdin=subprocess.PIPE) for name, command in commands.items()}
    try:
        assert [one.pid for one in process.find(tmp_path / "c", ["etcd"])] == [running["ours"].pid]
    finally:
        for child in running.values():
            child.communicate(b"")


def test_a_process_that_does_not_end_when_asked_is_ended(tmp_path: Path) -> None:
    code = "import signal, sys; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); sys.stdin.read()"
    deaf = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert deaf.stdout is not None
    deaf.stdout.readline()
    end_processes([psutil.Process(deaf.pid)], 0.1)
    assert not psutil.pid_exists(deaf.pid)
    deaf.communicate()


def test_large_logs_are_put_aside_when_a_part_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_LOG_LIMIT_BYTES", 10)
    log = tmp_path / "a.log"
    log.write_text("x" * 20)
    process.spawn((sys.executable, "-c", "print('new')"), log, tmp_path / "r.json", tmp_path, {}).wait(10)
    assert (tmp_path / "a.log.1").read_text() == "x" * 20
    assert process.tail(log) == "new"
    assert process.tail(tmp_path / "none.log") == "(no log)"


def test_ports_are_free_distinct_and_avoid_those_of_other_clusters(tmp_path: Path) -> None:
    ports = free_ports(PORT_NAMES)
    assert set(ports) == set(PORT_NAMES)
    assert len(set(ports.values())) == len(ports)
    assert all(20_000 <= port < 32_000 and is_free(port) for port in ports.values())
    others = range(20_000, 31_990)
    assert set(free_ports(["a", "b"], set(others)).values()) <= set(range(31_990, 32_000))


def test_a_port_that_is_held_is_free_for_nobody_until_it_is_let_go() -> None:
    one, other = free_ports(["one", "other"]).values()
    with HeldPorts() as held:
        assert held.hold(one)
        assert held.hold(other)
        assert not is_free(one)
        with HeldPorts() as late:
            assert not late.hold(one)
        held.release(one)
        with socket.create_server((HOST, one)):
            assert not held.hold(one)
        assert not is_free(other)
    assert is_free(other)


def test_the_holder_of_a_port_is_named() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert not is_free(port)
        assert f"(pid {os.getpid()})" in holder(port)


def test_ports_are_remembered_and_never_given_to_two_clusters(tmp_path: Path) -> None:
    one, other = Layout("one", tmp_path), Layout("other", tmp_path)
    assert read_ports(one) is None
    ports = ensure_ports(one)
    assert ensure_ports(one) == read_ports(one) == ports
    assert not set(ensure_ports(other).values()) & set(ports.values())
    assert cluster_names(tmp_path) == ("one", "other")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2, "ports": {}}', '{"version": 1, "ports": {}}'])
def test_a_state_file_that_cannot_be_read_is_an_error_with_a_way_out(tmp_path: Path, text: str) -> None:
    layout = Layout("one", tmp_path)
    write_whole(layout.state, text)
    with pytest.raises(LocalcloudError, match="make the cluster anew: python -m localcloud stop one && python -m"):
        read_ports(layout)


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a/b", "..", "a" * 41, "a.b", "a b"])
def test_names_that_are_no_directory_or_label_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LocalcloudError, match="cannot name a cluster; allowed: at most 40 characters"):
        Layout(name, tmp_path)


def test_every_part_listens_on_loopback_with_tls_and_names_its_cluster(tmp_path: Path) -> None:
    layout = Layout("one", tmp_path)
    ports = {name: 20_000 + index for index, name in enumerate(PORT_NAMES)}
    for part in parts(layout, ports):
        text = " ".join(part.arguments)
        assert f"{layout.directory}/" in text
        assert "http://" not in text
        assert "insecure" not in text
        assert "0.0.0.0" not in text  # noqa: S104 - looked for, not bound
        if part.port:
            assert "127.0.0.1" in text
            assert "-file=" in text
