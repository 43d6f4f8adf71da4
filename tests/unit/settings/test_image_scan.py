"""The weekly look at images: which ones, and what the script makes of what the scanner says (G7).

The scanner is a program of the test that answers by the image's name: trivy and its database are in no registry that
can be reached from here. Its flags are those of trivy's documentation.
"""

import os
import subprocess
from pathlib import Path

import pytest

from settings import load_catalogue, plan_tenants
from settings.image_scan import image_list, scan_script, scanned_images
from tests.unit.settings.test_catalogue import CATALOG

DIGEST = "@sha256:" + "0" * 64
CLEAN, FLAWED, GONE = (f"registry.example/{name}{DIGEST}" for name in ("clean", "flawed", "gone"))
SCANNER = """\
#!/bin/sh
echo "$@" >> asked
cat > /dev/null
case "$*" in
  *flawed*) echo "CVE-2026-0001 CRITICAL"; exit 9 ;;
  *gone*) echo "manifest unknown"; exit 1 ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "trivy").write_text(SCANNER)
    (tmp_path / "trivy").chmod(0o755)
    return tmp_path


def scanned(folder: Path, images: dict[str, tuple[str, ...]]) -> tuple[int, list[str]]:
    """Exit code and output of the script on these images."""
    (folder / "images").write_text(image_list(images))
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "TMPDIR": str(folder)}
    command = ["/bin/sh", "-c", scan_script(str(folder / "images"))]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, (done.stdout + done.stderr).splitlines()


def test_clean_images_pass_and_each_is_looked_at_by_digest_for_what_matters(folder: Path) -> None:
    code, said = scanned(folder, {CLEAN: ("acme", "platform")})
    assert (code, said) == (0, [f"acme clean {CLEAN}", f"platform clean {CLEAN}"])
    (asked,) = (folder / "asked").read_text().splitlines()
    assert asked.startswith("image ")
    assert asked.endswith(CLEAN)
    assert "--severity HIGH,CRITICAL" in asked
    assert "--exit-code 9" in asked


def test_a_flaw_fails_the_run_and_is_told_by_tenant_and_the_others_are_looked_at(folder: Path) -> None:
    code, said = scanned(folder, {FLAWED: ("bolt", "acme"), CLEAN: ("acme",)})
    assert code == 1
    assert said == [
        f"--- {FLAWED}: flawed",
        "CVE-2026-0001 CRITICAL",
        f"acme clean {CLEAN}",
        f"acme flawed {FLAWED}",
        f"bolt flawed {FLAWED}",
    ]


def test_an_image_that_cannot_be_looked_at_is_no_clean_one(folder: Path) -> None:
    code, said = scanned(folder, {GONE: ("acme",)})
    assert (code, said[-1]) == (1, f"acme unknown {GONE}")


def test_nothing_to_look_at_is_a_failure(folder: Path) -> None:
    assert scanned(folder, {}) == (1, ["no image to look at"])


def test_every_image_of_the_catalogue_is_looked_at_and_says_whose_it_is() -> None:
    catalogue = load_catalogue(CATALOG, "local")
    (cluster,) = catalogue.topology.clusters
    found = scanned_images(cluster, plan_tenants(catalogue))
    named = {image for image in cluster.images.model_dump().values() if image}
    for tenant in catalogue.tenants:
        own = {workload.image for workload in tenant.workloads}
        own |= {tenant.sandboxes.image} if tenant.sandboxes else set()
        assert all(tenant.id in found[image] for image in own)
        named |= own
    assert found.keys() == named
    assert all("platform" in found[image] for image in cluster.images.model_dump().values() if image)
