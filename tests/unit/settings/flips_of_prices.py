"""Mistakes in the price table (G6)."""

from tests.unit.settings.flip import Flip
from tests.unit.settings.priced import FILES

PRICES = "prices.yaml"
SPLIT = "split: {core: 0.03, gib: 0.004, source: list}\n"
AURORA = "aurora: {gib_month: 0.1, source: list, instances: [{instance_class: db.r7g.large, hourly: 1, connections: 9, source: list}]}\n"

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
    Flip("Aurora by nobody's word", PRICES, SPLIT, SPLIT + AURORA.replace("9, source: list", "9, source: lst"), ("prices.yaml:16: source 'lst' is not known (did you mean 'list'?); allowed: example, list",), FILES),
    Flip("Aurora's storage by nobody's word", PRICES, SPLIT, SPLIT + AURORA.replace("0.1, source: list", "0.1, source: lst"), ("prices.yaml:16: source 'lst' is not known (did you mean 'list'?); allowed: example, list",), FILES),
    Flip("gateways by nobody's word", PRICES, SPLIT, SPLIT + "nat: {hourly: 1, source: lst}\n", ("prices.yaml:16: source 'lst' is not known (did you mean 'list'?); allowed: example, list",), FILES),
    Flip("class of Aurora priced twice", PRICES, SPLIT, SPLIT + AURORA.replace("]}", ", {instance_class: db.r7g.large, hourly: 2, connections: 9, source: list}]}"), ("prices.yaml:16: instance_class 'db.r7g.large' is given again (first on line 16); allowed: each instance_class once",), FILES),
    Flip("a class of Aurora that is none", PRICES, SPLIT, SPLIT + AURORA.replace("db.r7g.large", "r7g.large"), ("prices.yaml:16: aurora.instances[0].instance_class: 'r7g.large' is not a class of database instances; allowed: such as db.r7g.large",), FILES),
)
# fmt: on
