"""What a stack costs and who causes it, from the catalogue alone (G6). Pure Python; amounts are exact fractions."""

from settings.cost.bill import ClusterCost, Item, StackCost, TenantCost, Unpriced
from settings.cost.metered import Metered, metered
from settings.cost.money import cents
from settings.cost.stack import stack_cost

__all__ = [
    "ClusterCost",
    "Item",
    "Metered",
    "StackCost",
    "TenantCost",
    "Unpriced",
    "cents",
    "metered",
    "stack_cost",
]
