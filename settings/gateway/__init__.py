"""The entrance of a tenant as data: host, tokens, headers, limits (B2, B3). Pure Python, and no gateway's language."""

from settings.gateway.entrance import (
    HEADERS_TIMEOUT_S,
    IDENTITY_HEADERS,
    RECEIVE_TIMEOUT_S,
    RETRY_AFTER_S,
    TENANT_CLAIM,
    TENANT_HEADER,
    TIER_CLAIM,
    TIER_HEADER,
    Entrance,
    Path,
    entrance_of,
)

__all__ = [
    "HEADERS_TIMEOUT_S",
    "IDENTITY_HEADERS",
    "RECEIVE_TIMEOUT_S",
    "RETRY_AFTER_S",
    "TENANT_CLAIM",
    "TENANT_HEADER",
    "TIER_CLAIM",
    "TIER_HEADER",
    "Entrance",
    "Path",
    "entrance_of",
]
