"""What real processes ask the kernel for, recorded with strace and told as Tetragon's hooks see it.

Calls that would change the machine or leave it are refused by strace before the kernel acts on them (`inject`), so that
nothing is mounted, entered or connected to. A file is taken as opened whether it is there or not.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

REFUSED = (
    "mount,umount2,pivot_root,setns,unshare,ptrace,process_vm_readv,process_vm_writev,open_by_handle_at,init_module,"
    "finit_module,bpf,connect"
)
LOOKED_AT = f"execve,execveat,openat,open,clone,clone3,{REFUSED}"
NEW_USER = 0x10000000
_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+|\?)")
_ADDRESS = re.compile(r'sin6?_port="(.*?)".*?sin6?_addr="(.*?)"')


@dataclass(frozen=True)
class Event:
    """A call of a hooked function. capabilities: of the caller, in effect; at_start: when its program was started."""

    call: str
    arguments: tuple[object, ...]
    capabilities: frozenset[str] = frozenset()
    at_start: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Connection:
    """What the kernel knows of a socket that connects."""

    address: str
    port: int


def without_rights(command: Sequence[str]) -> list[str]:
    """The command as a pod's process runs: without any capability, and no way to get one."""
    if os.geteuid() != 0:
        return list(command)
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", *command]


def record(
    command: Sequence[str], directory: Path, *, capabilities: Sequence[str] = (), refused: bool = True
) -> tuple[Event, ...]:
    """Run a command to its end and tell what it and its children asked for. capabilities: in effect all the while;
    without any the command is run without. refused: calls that would change something are not carried out."""
    file = directory / "strace.txt"
    inject = ["-e", f"inject={REFUSED}:error=EPERM"] if refused else []
    run = list(command) if capabilities else without_rights(command)
    strace = shutil.which("strace")
    assert strace is not None
    options = ["-f", "-X", "raw", "-s", "4096", "-e", f"trace={LOOKED_AT}", *inject, "-o", str(file)]
    done = subprocess.run([strace, *options, "--", *run], capture_output=True, text=True, timeout=60, check=False)
    text = file.read_text(errors="replace")
    assert "execve(" in text, done.stderr
    return tuple(_events(text.splitlines(), frozenset(capabilities)))


def _events(lines: Sequence[str], capabilities: frozenset[str]) -> Iterator[Event]:
    for call, arguments, result in _calls(lines):
        if call in {"execve", "execveat"} and result != "0":
            continue
        for name, values in _hooks(call, arguments):
            yield Event(name, values, capabilities, capabilities)


def _hooks(call: str, arguments: str) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The hooks that a system call comes by, with what they see."""
    strings = tuple(re.findall(r'"((?:[^"\\]|\\.)*)"', arguments))
    numbers = tuple(int(each, 0) for each in re.findall(r"(?:^|(?<=, ))(0x[0-9a-f]+|-?[1-9]\d*|0)(?=,|$)", arguments))
    match call:
        case "execve" | "execveat":
            yield "security_bprm_check", (os.path.realpath(strings[0]),)
        case "clone" | "clone3":
            flags = re.search(r"flags=(0x[0-9a-f]+)", arguments)
            if flags and int(flags[1], 16) & NEW_USER:
                yield "create_user_ns", ()
        case "openat" | "open":
            yield "security_file_open", (os.path.realpath(strings[0]),)
        case "connect":
            if found := _ADDRESS.search(arguments):
                port, address = (_bytes(each) for each in found.groups())
                yield "tcp_connect", (Connection(str(ip_address(address)), int.from_bytes(port, "big")),)
        case "unshare":
            yield "sys_unshare", numbers
            if numbers[0] & NEW_USER:
                yield "create_user_ns", ()
        case "mount":
            yield "sys_mount", strings
            yield "security_sb_mount", strings
        case "pivot_root":
            yield "sys_pivot_root", strings
        case _:
            yield f"sys_{call}", numbers


def _bytes(escaped: str) -> bytes:
    return escaped.encode().decode("unicode_escape").encode("latin-1")


def _calls(lines: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Call, arguments and result of each line; a call that another process's broke in on is put together."""
    begun: dict[str, str] = {}
    for line in lines:
        process = line.split(" ", 1)[0]
        whole = line
        if line.endswith("<unfinished ...>"):
            begun[process] = line.removesuffix("<unfinished ...>").rstrip()
            continue
        if resumed := re.match(r"^\d+ +<\.\.\. \w+ resumed>(.*)$", line):
            whole = begun.pop(process, "") + resumed[1]
        if found := _CALL.match(whole):
            yield found[1], found[2], found[3]
