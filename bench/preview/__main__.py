"""`python -m bench.preview`: see --help."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from bench.preview.project import CHECKOUT, ENVIRONMENT, edit, make_repository

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def preview(repository: Path, output: Path) -> tuple[float, int]:
    """Seconds and exit code of a preview of a repository's working tree against its last commit."""
    began = time.monotonic()
    command = [sys.executable, "-m", "fleet", "preview", ENVIRONMENT, "--base", "HEAD", "--output", str(output)]
    done = subprocess.run([*command, "--project", str(repository)], cwd=CHECKOUT, env=os.environ, check=False)
    return time.monotonic() - began, done.returncode


@app.command()
def main(
    *,
    tenants: Annotated[int, typer.Option(min=10, max=500, help="Tenants of the local environment.")] = 100,
) -> None:
    """Time the preview of a change of one tenant's file, and of a change of the program, which renders every tenant.

    Needs no cluster and no credentials. The last line is JSON: tenants, one_tenant_s (bar: 30), nothing_s, program_s,
    characters (of the text of the last one).
    """
    with tempfile.TemporaryDirectory(prefix="tenantplane-bench-") as made:
        folder = Path(made)
        repository, output = make_repository(folder / "repository", tenants), folder / "preview.md"
        print(f"{tenants} tenants in one stack; {os.cpu_count()} cores", flush=True)
        nothing, code = preview(repository, output)
        assert code == 0
        print(f"  nothing changed              {nothing:7.1f} s", flush=True)
        edit(repository / "catalog" / "tenants" / "st-brigid-primary.yaml", tier="advanced")
        one, code = preview(repository, output)
        assert code == 0
        assert "st-brigid-primary" in output.read_text()
        print(f"  one tenant's file            {one:7.1f} s", flush=True)
        source = repository / "components" / "objects.py"
        source.write_text(source.read_text() + "\n# A change that every stack's plan counts.\n")
        program, code = preview(repository, output)
        assert code == 0
        print(f"  the program, every tenant    {program:7.1f} s", flush=True)
        characters = len(output.read_text())
    figures = {"tenants": tenants, "one_tenant_s": round(one, 2), "nothing_s": round(nothing, 2)}
    print(json.dumps({**figures, "program_s": round(program, 2), "characters": characters}))


if __name__ == "__main__":
    app()
