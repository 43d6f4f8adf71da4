"""Where images come from and who signs them, and keys of a cloud."""

from typing import Annotated

from pydantic import BeforeValidator

from settings.fields.texts import matching, text_schema

_IMAGE = r"[a-z0-9]+(?:[._:/-]+[a-zA-Z0-9_]+)*@sha256:[0-9a-f]{64}"
Image = Annotated[
    str,
    BeforeValidator(
        matching(_IMAGE, "an image by digest", "registry/name@sha256: and 64 hexadecimal digits; a tag can move", 400)
    ),
    text_schema(_IMAGE, 400),
]

_REGISTRY = r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
Registry = Annotated[
    str,
    BeforeValidator(
        matching(_REGISTRY, "a registry", "host[:port][/folder], such as registry.example.com/team, no final /", 200)
    ),
    text_schema(_REGISTRY, 200),
]
"""Where images come from: a host, with folders or without. Images lie below it, after a `/`."""

_PUBLIC_KEY = r"-----BEGIN PUBLIC KEY-----\n(?:[A-Za-z0-9+/=]{1,76}\n){1,20}-----END PUBLIC KEY-----\n?"
PublicKey = Annotated[
    str,
    BeforeValidator(matching(_PUBLIC_KEY, "a public key", "PEM, from -----BEGIN PUBLIC KEY----- on", 2_000)),
    text_schema(_PUBLIC_KEY, 2_000),
]
_SUBJECT = r"[^\s\x00-\x1f]+"
Subject = Annotated[
    str,
    BeforeValidator(matching(_SUBJECT, "a subject", "a workflow's URL or a mail address, no pattern", 300)),
    text_schema(_SUBJECT, 300),
]
"""Whom a certificate is for, word for word."""

_KEY_ARN = (
    r"arn:aws(?:-[a-z-]+)?:kms:[a-z]{2}(?:-[a-z]+)+-[0-9]:[0-9]{12}:key/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
KeyArn = Annotated[
    str,
    BeforeValidator(
        matching(
            _KEY_ARN, "the ARN of a KMS key", "arn:aws:kms:<region>:<account>:key/<id>, no alias: it can move", 200
        )
    ),
    text_schema(_KEY_ARN, 200),
]
