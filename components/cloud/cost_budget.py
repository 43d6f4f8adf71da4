"""Who is told when something costs more than it should (G6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi_aws import budgets

FORECAST = 100
"""Percent of the budget that a forecast has to reach before somebody is told."""


@dataclass(frozen=True, kw_only=True)
class CostBudgetArgs:
    """Inputs of CostBudget.

    budget: its name. monthly_usd: whole dollars. percent: of it, when it is spent. mails: who is told. tagged: tag and
    value that costs are counted by; all of the account's when empty. tags: of the budget itself.
    """

    budget: str
    monthly_usd: int
    percent: int
    mails: tuple[str, ...]
    tagged: tuple[str, str] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


class CostBudget(pulumi.ComponentResource):
    """A monthly budget at AWS: tells by mail, stops nothing (G6).

    AWS counts by the tag from the day that it is activated as a cost allocation tag, which only the payer's account can
    do (docs/aws.md). What tenants share of nodes has no tenant's tag and is divided by OpenCost.
    Creates: Budget with two notifications: so much is spent, and all of it is foreseen to be.
    Outputs: none.
    """

    def __init__(self, name: str, args: CostBudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:CostBudget", name, {}, opts)
        filters = []
        if args.tagged is not None:
            filters = [{"name": "TagKeyValue", "values": [f"user:{args.tagged[0]}${args.tagged[1]}"]}]
        budgets.Budget(
            name,
            name=args.budget,
            budget_type="COST",
            limit_amount=str(args.monthly_usd),
            limit_unit="USD",
            time_unit="MONTHLY",
            cost_filters=filters,
            notifications=[
                {
                    "comparison_operator": "GREATER_THAN",
                    "notification_type": kind,
                    "threshold": threshold,
                    "threshold_type": "PERCENTAGE",
                    "subscriber_email_addresses": list(args.mails),
                }
                for kind, threshold in (("ACTUAL", args.percent), ("FORECASTED", FORECAST))
            ],
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
