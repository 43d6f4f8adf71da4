"""Where something is reached, and whom a token is for."""

from typing import Annotated

from pydantic import BeforeValidator

from settings.fields.texts import matching, text_schema

_DOMAIN = r"(?=.{1,200}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+"
Domain = Annotated[
    str,
    BeforeValidator(matching(_DOMAIN, "a DNS domain", "a domain such as tenants.example.com", 200)),
    text_schema(_DOMAIN, 200),
]

_EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
Email = Annotated[
    str, BeforeValidator(matching(_EMAIL, "a mail address", "a person's mail address", 200)), text_schema(_EMAIL, 200)
]

_HTTPS = r"https://[a-z0-9][a-z0-9.-]*[a-z0-9](:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?"
HttpsUrl = Annotated[
    str,
    BeforeValidator(matching(_HTTPS, "an https URL", "https://host/path, without query and fragment", 250)),
    text_schema(_HTTPS, 250),
]
_AUDIENCE = r"[A-Za-z0-9][A-Za-z0-9:/_.-]{0,199}"
Audience = Annotated[
    str,
    BeforeValidator(matching(_AUDIENCE, "an audience", "letters, digits and :/_.-, at most 200 characters", 200)),
    text_schema(_AUDIENCE, 200),
]
"""Whom a token is meant for: its claim `aud`."""
