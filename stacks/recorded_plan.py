"""Records in the stack which plan it holds, once all of it is applied (I2).

An output that depends on nothing is written even when a resource failed. This one waits for every resource of the
program, so that the record never says more than was done, whatever stopped the update.
"""

import pulumi

from settings.plan_hash import OUTPUT


class RecordedPlan:
    """Collects the resources that are registered from here on; `export` records the plan when all of them are done."""

    def __init__(self) -> None:
        self._resources: list[pulumi.Resource] = []
        pulumi.runtime.register_stack_transformation(self._seen)

    def _seen(self, args: pulumi.ResourceTransformationArgs) -> None:
        self._resources.append(args.resource)

    def export(self, value: str, output: str = OUTPUT) -> None:
        """Makes `value` an output, by default `planHash`, at the end of the program."""
        done = pulumi.Output.all(*(resource.urn for resource in self._resources))
        pulumi.export(output, done.apply(lambda _: value))
