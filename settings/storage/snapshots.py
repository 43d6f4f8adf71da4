"""Copies of volumes on a schedule, and how long each is kept (F4)."""

import hashlib

from settings.storage.classes import snapshot_class_name
from settings.volume import SnapshotSchedule

EXPIRES_LABEL = "tenantplane.dev/expires"
"""On a snapshot that the schedule made: when it goes, in seconds since 1970. What has no such label is left alone."""
_DAY_S = 86_400
_LONGEST_NAME = 200


def cron(schedule: SnapshotSchedule, tier: str) -> str:
    """When the snapshots of a tier are made, in UTC: a minute and an hour of its own, so that the tiers' come apart."""
    spread = int.from_bytes(hashlib.sha256(tier.encode()).digest()[:4], "big")
    minute, first = spread % 60, spread // 60 % schedule.every_hours
    return f"{minute} {','.join(str(hour) for hour in range(first, 24, schedule.every_hours))} * * *"


def snapshot_script(schedule: SnapshotSchedule, storage_class: str) -> str:
    """A POSIX shell script for an image with kubectl: copies every bound volume of a class, ends copies whose time has
    come, and fails at its end if any of it failed, having tried everything.

    A second run in the same minute makes nothing twice: a copy is called `<claim>-<minute>`. What belongs to a
    namespace that is going is passed over.
    """
    claims = '{range .items[?(@.status.phase=="Bound")]}{.spec.storageClassName} {.metadata.namespace}'
    claims += ' {.metadata.name}{"\\n"}{end}'
    copies = "{range .items[*]}{.metadata.labels.tenantplane\\.dev/expires} {.metadata.namespace} {.metadata.name}"
    copies += '{"\\n"}{end}'
    return f"""\
set -u
now=$(date -u +%s); minute=$(date -u +%Y%m%d%H%M); failed=0; work=$(mktemp -d)
kubectl get persistentvolumeclaims --all-namespaces -o jsonpath='{claims}' > "$work/claims" || exit 1
while read -r class namespace claim; do
  [ "$class" = {storage_class} ] || continue
  name=$(printf '%.{_LONGEST_NAME}s' "$claim")-$minute
  kubectl get volumesnapshot "$name" --namespace "$namespace" --ignore-not-found -o name | grep -q . && continue
  kubectl create -f - <<SNAPSHOT || failed=1
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata:
  name: $name
  namespace: $namespace
  labels: {{{EXPIRES_LABEL}: "$((now + {schedule.keep_days * _DAY_S}))"}}
spec:
  volumeSnapshotClassName: {snapshot_class_name()}
  source: {{persistentVolumeClaimName: $claim}}
SNAPSHOT
done < "$work/claims"
kubectl get volumesnapshots --all-namespaces -l {EXPIRES_LABEL} -o jsonpath='{copies}' > "$work/copies" || exit 1
while read -r expires namespace name; do
  [ "$expires" -gt "$now" ] || kubectl delete volumesnapshot "$name" --namespace "$namespace" --wait=false || failed=1
done < "$work/copies"
exit $failed
"""
