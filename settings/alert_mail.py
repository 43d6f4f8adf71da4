"""Whom alerts wake, and through which mail server (G2)."""

from typing import Annotated

from settings.fields import Domain, Email, Model, count_of, count_schema


class AlertMail(Model):
    """How alerts leave the platform (G2).

    on_call: whom it wakes. sender: address they come from. smarthost, port: mail server that takes them, with TLS.
    """

    on_call: Email
    sender: Email
    smarthost: Domain
    port: Annotated[int, count_of(1, 65_535), count_schema(1, 65_535)] = 587
