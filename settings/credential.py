"""Which credential of its database a tenant's services use, as its file says it (F5)."""

from typing import Literal

from settings.fields import CredentialNumber, Model


class DatabaseCredential(Model):
    """One more than the last credential is a rotation.

    credential: its number, from 1. previous: "valid" while sessions move over to the new one, "revoked" once they have:
    nobody logs in with the old one then, and sessions that are open go on.
    """

    credential: CredentialNumber = 1
    previous: Literal["valid", "revoked"] = "valid"
