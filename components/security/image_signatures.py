"""Images without a signature of who builds them are refused (G7)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.objects import platform_metadata
from settings.signing import API_VERSION, ImageSigner, image_policies


@dataclass(frozen=True, kw_only=True)
class ImageSignaturesArgs:
    """Inputs of ImageSignatures.

    signers: of the topology, for each of its registries at least one.
    """

    signers: tuple[ImageSigner, ...]


class ImageSignatures(pulumi.ComponentResource):
    """What a pod's images in tenants' namespaces have to be signed by, once per cluster that has the addon
    policy-controller (G7).

    Creates: ClusterImagePolicy for each registry that has a signer, mode `enforce`. What enforces them is the webhook
    of Sigstore's policy controller, in every namespace with the label `policy.sigstore.dev/include`, which tenants'
    namespaces have and cannot lose. Set `no-match-policy: deny` in its ConfigMap `config-policy-controller` as well.
    Outputs: policies (list of str), their names.
    """

    policies: list[str]

    def __init__(self, name: str, args: ImageSignaturesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:security:ImageSignatures", name, {}, opts)
        made = image_policies(args.signers)
        self.policies = list(made)
        for policy, spec in made.items():
            CustomResource(
                f"{name}-{policy}",
                api_version=API_VERSION,
                kind="ClusterImagePolicy",
                metadata=platform_metadata(policy, "image-signatures"),
                spec=spec,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({"policies": self.policies})
