"""Who signs images, and what a cluster asks of their signatures (G7)."""

import hashlib
import re
from collections.abc import Iterable
from typing import Annotated, Any, Final

from pydantic import Field, ValidationInfo, field_validator

from settings import names
from settings.fields import Distinct, HttpsUrl, Model, Name, PublicKey, Registry, Subject, refuse

API_VERSION: Final = "policy.sigstore.dev/v1beta1"
FULCIO: Final = "https://fulcio.sigstore.dev"
REKOR: Final = "https://rekor.sigstore.dev"
"""Sigstore's public authority for short-lived certificates, and its public log of signatures."""
_EITHER: Final = "issuer and subject, or key"


class ImageSigner(Model):
    """Who may sign images.

    images: the registries that it signs for, each of them one of the topology's `registries`. issuer, subject: of the
    certificate by which a build signs without a key of its own, word for word: a pattern would let in workflows that
    nobody reviewed. key: a public key in PEM instead, where there is no such identity.
    """

    name: Name
    images: Annotated[tuple[Registry, ...], Distinct, Field(min_length=1)]
    issuer: HttpsUrl | None = None
    subject: Subject | None = None
    key: PublicKey | None = Field(default=None, validate_default=True)

    @field_validator("key")
    @classmethod
    def _one_way(cls, value: str | None, info: ValidationInfo) -> str | None:
        if not {"issuer", "subject"} <= info.data.keys():
            return value
        issuer, subject = info.data["issuer"], info.data["subject"]
        if (issuer is None) != (subject is None) or (issuer is None) == (value is None):
            raise refuse("a signer is an identity or a key, one of the two", _EITHER)
        return value


def image_policies(signers: Iterable[ImageSigner]) -> dict[str, dict[str, Any]]:
    """Specs of ClusterImagePolicies by name, one for each registry: any of its signers will do.

    An image that two registries hold, one a folder of the other, needs a signature for each of both.
    """
    by_registry: dict[str, list[ImageSigner]] = {}
    for signer in signers:
        for registry in signer.images:
            by_registry.setdefault(registry, []).append(signer)
    return {
        _name(registry): {
            "images": [{"glob": f"{registry}/**"}],
            "mode": "enforce",
            "authorities": [_authority(each) for each in by_registry[registry]],
        }
        for registry in sorted(by_registry)
    }


def _authority(signer: ImageSigner) -> dict[str, Any]:
    if signer.key is not None:
        return {"name": signer.name, "key": {"data": signer.key, "hashAlgorithm": "sha256"}}
    identity = {"issuer": signer.issuer, "subject": signer.subject}
    return {"name": signer.name, "keyless": {"url": FULCIO, "identities": [identity]}, "ctlog": {"url": REKOR}}


def _name(registry: str) -> str:
    """With a hash: registries that differ in a dot alone would share a name."""
    plain = re.sub("[^a-z0-9]+", "-", registry)
    return names.bounded(f"tenantplane-{hashlib.sha256(registry.encode()).hexdigest()[:8]}-{plain}", 63)
