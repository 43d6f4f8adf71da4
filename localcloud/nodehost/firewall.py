"""Takes kube-router's rules off this machine: its chains, the jumps to them and its sets, and nobody else's."""

import re
import shlex
import shutil
import subprocess

_CHAINS = ("KUBE-ROUTER-", "KUBE-POD-FW-", "KUBE-NWPLCY-")
_SETS = re.compile(r"(inet6:)?(KUBE-(DST|SRC|IP)-|kube-router-)\S+")
_OWN_RULE = re.compile(r'--comment "(kube-router netpol|KUBE-ROUTER rule) ')
_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"


def remove_rules() -> None:
    """Remove them all; does nothing where there are none, or where iptables is not installed."""
    rules = _run("iptables", "-S").splitlines()
    for rule in rules:
        if rule.startswith("-A ") and _OWN_RULE.search(rule) and not rule.split()[1].startswith(_CHAINS):
            _run("iptables", "-D", *shlex.split(rule)[1:])
    chains = [rule.split()[1] for rule in rules if rule.startswith("-N ") and rule.split()[1].startswith(_CHAINS)]
    for flag in ("-F", "-X"):  # all are emptied first, for they jump to each other
        for chain in chains:
            _run("iptables", flag, chain)
    for name in _run("ipset", "list", "-n").split():
        if _SETS.fullmatch(name):
            _run("ipset", "destroy", name)


def _run(program: str, *arguments: str) -> str:
    found = shutil.which(program, path=_PATH)
    if found is None:
        return ""
    wait = ("-w", "10") if program == "iptables" else ()
    return subprocess.run([found, *wait, *arguments], capture_output=True, text=True, check=False).stdout
