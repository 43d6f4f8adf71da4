"""What the objects of a live cluster have to be, by tenant and once for all."""

from fleet.verify.looks.cluster import WIDE, admission_policies
from fleet.verify.looks.tenants import LOOKS

__all__ = ["LOOKS", "WIDE", "admission_policies"]
