"""A command waits for no library that only others need: together they take three times as long as the rest."""

import subprocess
import sys

import pytest

from localcloud.paths import checkout

SLOW = ("boto3", "kubernetes", "policies", "psycopg", "pulumi", "pulumi_aws", "pulumi_kubernetes")
PROGRAM = """
import runpy, sys
sys.argv = ["fleet", *sys.argv[1:]]
try:
    runpy.run_module("fleet", run_name="__main__", alter_sys=True)
except SystemExit as end:
    assert not end.code, end.code
print("imported:", *sorted(sys.modules))
"""


@pytest.mark.parametrize("arguments", [["--help"], ["verify", "--help"], ["audit", "--help"], ["up", "--help"]])
def test_help_imports_nothing_slow(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=checkout(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    imported = done.stdout.splitlines()[-1].split()
    assert imported[0] == "imported:"
    assert "settings.catalogue" in imported
    assert sorted(set(SLOW) & set(imported)) == []
