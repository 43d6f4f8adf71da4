"""What the catalogue says of volumes: by tier how fast and how often copied, by cluster which driver makes them."""

from typing import Annotated, Literal

from pydantic import ValidationInfo, field_validator

from settings.fields import KeyArn, Model, count_of, count_schema, refuse

IOPS_LEAST, IOPS_MOST = 3_000, 16_000
THROUGHPUT_LEAST, THROUGHPUT_MOST = 125, 1_000
_IOPS_PER_MIB = 4
"""gp3: 3,000 operations and 125 MiB a second come with every volume; 16,000 and 1,000 can be had, and no more MiB/s
than a quarter of the operations (Amazon EBS User Guide, "General Purpose SSD volumes")."""
EVERY_HOURS = (1, 2, 3, 4, 6, 8, 12, 24)
"""Divisors of a day, so that the times are the same every day."""

SERVICE_DAYS, TENANT_DAYS = 90, 365
"""F5: keys of services are turned every 90 days, keys of tenants every 365."""

Days = Annotated[int, count_of(90, 2_560), count_schema(90, 2_560)]
EveryHours = Annotated[int, count_of(1, 24), count_schema(1, 24)]
KeepDays = Annotated[int, count_of(1, 365), count_schema(1, 365)]


class SnapshotSchedule(Model):
    """How often a tier's volumes are copied and how long a copy is kept (F4).

    every_hours: 1, 2, 3, 4, 6, 8, 12 or 24; default 24. keep_days: 1 to 365; default 7. Both are ours.
    """

    every_hours: EveryHours = 24
    keep_days: KeepDays = 7

    @field_validator("every_hours")
    @classmethod
    def _divides_the_day(cls, value: int) -> int:
        if value not in EVERY_HOURS:
            raise refuse(f"{value} hours do not divide a day", ", ".join(map(str, EVERY_HOURS)))
        return value


class VolumeAllowance(Model):
    """What one volume of a tier is like (F4).

    iops: operations a second, 3,000 to 16,000; default 3,000. throughput_mib: MiB a second, 125 to 1,000, at most a
    quarter of iops; default 125. snapshots: their schedule.
    """

    iops: Annotated[int, count_of(IOPS_LEAST, IOPS_MOST), count_schema(IOPS_LEAST, IOPS_MOST)] = IOPS_LEAST
    throughput_mib: Annotated[
        int, count_of(THROUGHPUT_LEAST, THROUGHPUT_MOST), count_schema(THROUGHPUT_LEAST, THROUGHPUT_MOST)
    ] = THROUGHPUT_LEAST
    snapshots: SnapshotSchedule = SnapshotSchedule()

    @field_validator("throughput_mib")
    @classmethod
    def _has_the_operations(cls, value: int, info: ValidationInfo) -> int:
        iops = info.data.get("iops", IOPS_MOST)
        if value * _IOPS_PER_MIB > iops:
            raise refuse(f"{value} MiB/s need {value * _IOPS_PER_MIB} iops", f"at most {iops // _IOPS_PER_MIB}")
        return value


class ClusterStorage(Model):
    """How a cluster makes volumes (F4, F5).

    driver: "ebs", Amazon EBS by its CSI driver.
    key: ARN of the KMS key of the cluster's region that encrypts them, this project's own with its rotation; the
    account's default key for EBS, which is AWS's to rotate, when left out.
    """

    driver: Literal["ebs"]
    key: KeyArn | None = None

    @property
    def provisioner(self) -> str:
        """What the driver is called in a StorageClass."""
        return {"ebs": "ebs.csi.aws.com"}[self.driver]

    @property
    def region_of_key(self) -> str | None:
        """The region in the key's ARN; None without a key."""
        return self.key.split(":")[3] if self.key is not None else None


class KeyRotation(Model):
    """After how many days keys are turned (F5).

    service_days: keys of the platform's own services; default 90. tenant_days: of tenants; default 365. Both 90 to
    2,560, which is what KMS takes (EnableKeyRotation); the policy pack takes no more than F5's 90 and 365.
    """

    service_days: Days = SERVICE_DAYS
    tenant_days: Days = TENANT_DAYS
