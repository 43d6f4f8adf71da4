"""Which images are looked at for known flaws, and how (G7)."""

from collections.abc import Iterable, Mapping
from typing import Final

from settings.cluster import Cluster
from settings.plan import TenantPlan

PLATFORM: Final = "platform"
WEEKLY: Final = "17 3 * * 1"
"""Monday at 03:17 UTC, a time of ours: far from the schools' evenings and from full hours, when everybody scans."""
FLAWED: Final = 9
"""Exit code by which the scanner says that it found something, so that it is told apart from a scan that failed."""


def scanned_images(cluster: Cluster, plans: Iterable[TenantPlan]) -> dict[str, tuple[str, ...]]:
    """Every image that runs in a cluster by the catalogue, and who runs it: ids of tenants, "platform", or both.

    What tenants start beside their workloads is not known here: admission holds it to the environment's registries.
    """
    users: dict[str, set[str]] = {}
    for image in cluster.images.model_dump().values():
        if image is not None:
            users.setdefault(image, set()).add(PLATFORM)
    for plan in plans:
        images = {workload.image for workload in plan.tenant.workloads}
        if plan.tenant.sandboxes is not None:
            images.add(plan.tenant.sandboxes.image)
        for image in images:
            users.setdefault(image, set()).add(plan.tenant.id)
    return {image: tuple(sorted(users[image])) for image in sorted(users)}


def image_list(images: Mapping[str, Iterable[str]]) -> str:
    """The images as the script reads them: one a line, then who runs it."""
    return "".join(f"{image} {' '.join(users)}\n" for image, users in images.items())


def scan_script(listed: str) -> str:
    """A POSIX shell script for an image with trivy: looks at each image of the file `listed` for known flaws of
    severity HIGH and CRITICAL, tells what it found by whom it concerns, and fails at its end when there were any, or an
    image could not be looked at, or there was none to look at. One bad image does not keep the others from being
    looked at.
    """
    return f"""\
set -u
failed=0; count=0; work=$(mktemp -d); : > "$work/report"
while read -r image users; do
  count=$((count + 1)); code=0
  trivy image --quiet --no-progress --scanners vuln --severity HIGH,CRITICAL --exit-code {FLAWED} "$image" \\
    > "$work/said" 2>&1 < /dev/null || code=$?
  case $code in
    0) found=clean ;;
    {FLAWED}) found=flawed ;;
    *) found=unknown ;;
  esac
  [ $found = clean ] || {{ failed=1; echo "--- $image: $found"; cat "$work/said"; }}
  for user in $users; do echo "$user $found $image" >> "$work/report"; done
done < {listed}
sort "$work/report"
[ $count -gt 0 ] || {{ echo "no image to look at" >&2; failed=1; }}
exit $failed
"""
