"""Every resource of the random provider, with keepers that change and with settings that replace."""

from typing import Any

import pulumi_random as random

from .table import at


def declare(phase: int) -> None:
    """Phase 2 changes keepers and settings; names say which."""
    kept: Any = {"keepers": {"step": at(phase, "one", "two")}}
    random.RandomPassword("r-password", length=20, min_lower=2, min_numeric=2, min_upper=2, override_special="_-")
    random.RandomPassword("r-password-kept", length=20, **kept)
    random.RandomPassword("r-password-length", length=at(phase, 12, 20))
    random.RandomString("r-string", length=8, upper=False, special=False)
    random.RandomString("r-string-kept", length=8, **kept)
    random.RandomId("r-id", byte_length=4)
    random.RandomId("r-id-prefix", byte_length=8, prefix=at(phase, "one-", "two-"))
    random.RandomId("r-id-kept", byte_length=4, **kept)
    random.RandomPet("r-pet", length=3, separator="_", prefix="p")
    random.RandomPet("r-pet-kept", **kept)
    random.RandomUuid("r-uuid")
    random.RandomUuid("r-uuid-kept", **kept)
    random.RandomInteger("r-integer", min=1, max=100)
    random.RandomInteger("r-integer-seed", min=1, max=50000, seed="seed")
    random.RandomInteger("r-integer-range", min=1, max=at(phase, 100, 200))
    random.RandomShuffle("r-shuffle", inputs=["a", "b", "c"], result_count=2)
    random.RandomShuffle("r-shuffle-kept", inputs=["a", "b", "c"], **kept)
