"""How people get in to the tenants of a cluster: whose tokens its gateway takes (B2, B3)."""

from settings.fields import Audience, HttpsUrl, Model, Name


class FrontDoor(Model):
    """What the gateway of a cluster needs to know besides its tenants.

    issuer: whose tokens it takes, as the claim `iss` has it. keys: where the issuer's public keys are, a JWKS.
    audience: what a token must be meant for, the claim `aud`; the domain of the tenants when left out.
    certificate: Secret in the gateway's namespace with a certificate for `*.<domain>`, kept there by whoever issues
    certificates for the cluster.
    """

    issuer: HttpsUrl
    keys: HttpsUrl
    audience: Audience | None = None
    certificate: Name = "tenants-tls"
