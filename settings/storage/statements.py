"""Statements that the policies of buckets have in common (F5)."""

from typing import Any, Final

LEAST_TLS: Final = 1.3
"""TLS in transit (F5)."""

Policy = dict[str, Any]


def deny(sid: str, action: str | list[str], resources: list[str], condition: Policy | None = None) -> Policy:
    """What nobody may do with the resources; under the condition only, where there is one."""
    made: Policy = {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": action, "Resource": resources}
    return made if condition is None else {**made, "Condition": condition}


def modern_tls(bucket_arn: str, but_for: Policy | None = None) -> list[Policy]:
    """Nobody reaches the bucket without TLS, nor with an older one than `LEAST_TLS`.

    but_for: conditions of the second, which leave out services of AWS that choose the version themselves.
    """
    everything = [bucket_arn, f"{bucket_arn}/*"]
    return [
        deny("TlsOnly", "s3:*", everything, {"Bool": {"aws:SecureTransport": "false"}}),
        deny(
            "ModernTlsOnly",
            "s3:*",
            everything,
            {"NumericLessThan": {"s3:TlsVersion": str(LEAST_TLS)}, **(but_for or {})},
        ),
    ]
