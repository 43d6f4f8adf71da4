"""One name under which the platform owns the fields of its objects, so that a crash leaves no second owner behind.

Left to itself the provider makes a name up for each object and keeps it in the state. When the engine is killed
between the creation of an object and its record in the state, the next update applies the object under another
made-up name, and the first one stays its co-owner for ever: a later change of the same field is refused as a
conflict, and a field that is taken out stays. With a fixed name the second application is the first one over again.
A person's or a controller's fields stay theirs, and a conflict with them is still told.
"""

from typing import Final

import pulumi

ANNOTATION: Final = "pulumi.com/patchFieldManager"
FIELD_MANAGER: Final = "tenantplane"


def own_fields(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """Transformation that names the owner of the fields of every Kubernetes object."""
    metadata = args.props.get("metadata")
    if not args.type_.startswith("kubernetes:") or not isinstance(metadata, dict):
        return None
    annotations = {ANNOTATION: FIELD_MANAGER, **(metadata.get("annotations") or {})}
    return pulumi.ResourceTransformationResult(
        {**args.props, "metadata": {**metadata, "annotations": annotations}}, args.opts
    )
