"""Mistakes in the price table (G6)."""

from tests.unit.settings.flip import Flip
from tests.unit.settings.priced import FILES

PRICES = "prices.yaml"

# fmt: off
# ruff: noqa: E501
FLIPS = (
    Flip("price below nothing", PRICES, "{instance_type: plain, hourly: 1,", "{instance_type: plain, hourly: -1,", ("prices.yaml:9: nodes[0].hourly: -1 is out of range; allowed: dollars from 0 to 100000, with at most 9 decimals",), FILES),
    Flip("price in words", PRICES, "hourly: 10.5", "hourly: ten", ("prices.yaml:10: nodes[1].hourly: 'ten' is not an amount of money; allowed: dollars from 0 to 100000, with at most 9 decimals",), FILES),
    Flip("price without end", PRICES, "hourly: 10.5", "hourly: .inf", ("prices.yaml:10: nodes[1].hourly: '.inf' is not an amount of money; allowed: dollars from 0 to 100000, with at most 9 decimals",), FILES),
    Flip("price that is true", PRICES, "hourly: 10.5", "hourly: true", ("prices.yaml:10: nodes[1].hourly: True is not an amount of money; allowed: dollars from 0 to 100000, with at most 9 decimals",), FILES),
    Flip("price of a day that is none", PRICES, "date: 2026-01-31", "date: 2026-02-31", ("prices.yaml:3: date: '2026-02-31' is not a day; allowed: a day such as 2026-12-31",), FILES),
    Flip("price in another currency", PRICES, "currency: USD", "currency: EUR", ("prices.yaml:1: currency: 'EUR' is not known; allowed: USD",), FILES),
    Flip("price by nobody's word", PRICES, "spot: {percent: 50, source: example}", "spot: {percent: 50, source: exmple}", ("prices.yaml:11: source 'exmple' is not known (did you mean 'example'?); allowed: example, list",), FILES),
    Flip("price of a machine by nobody's word", PRICES, "spot_hourly: 3, source: list", "spot_hourly: 3, source: rumour", ("prices.yaml:10: source 'rumour' is not known; allowed: example, list",), FILES),
    Flip("machine priced twice", PRICES, "instance_type: costly", "instance_type: plain", ("prices.yaml:10: instance_type 'plain' is given again (first on line 9); allowed: each instance_type once",), FILES),
    Flip("prices of no region", PRICES, "region: north", "region: nrth", ("prices.yaml:2: region 'nrth' is not known (did you mean 'north'?); allowed: moon, north, south",), FILES),
    Flip("table without volumes", PRICES, "volumes: {gib_month: 0.1, source: list}\n", "", ("prices.yaml:1: volumes is missing; allowed: a mapping with gib_month, source",), FILES),
)
# fmt: on
