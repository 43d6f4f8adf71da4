"""Mistakes in a tenant's file: its keys, its id, its references, its groups. One row each, with the message it gets."""

# ruff: noqa: E501  a message is one line

from tests.unit.settings.flip import ACME, BIG_CORP, TIERS, TOPOLOGY, Flip
from tests.unit.settings.small_catalogue import FILES

CLUSTERS_SOLD = {**FILES, TIERS: FILES[TIERS].replace("dedicated-pool]", "dedicated-pool, dedicated-cluster]")}
"""A tier may be sold with what the phase cannot give."""

# fmt: off
FLIPS = (
    Flip('unknown key', ACME, 'display_name: Acme', 'display_name: Acme\nowner: me', ("tenants/acme.yaml:3: unknown key 'owner'; allowed: alerts, budget, burst, data_isolation, database, display_name, egress, environments, groups, id, isolation, lifecycle, namespaces, offboarding, placement, quota, region, residency, sandboxes, tier, workloads",)),
    Flip('misspelt key', ACME, 'display_name: Acme', 'displayname: Acme', ("tenants/acme.yaml:2: unknown key 'displayname' (did you mean 'display_name'?); allowed: alerts, budget, burst, data_isolation, database, display_name, egress, environments, groups, id, isolation, lifecycle, namespaces, offboarding, placement, quota, region, residency, sandboxes, tier, workloads",)),
    Flip('misspelt nested key', ACME, '  alert_percent: 80', '  alert_procent: 80', ("tenants/acme.yaml:22: unknown key 'budget.alert_procent' (did you mean 'alert_percent'?); allowed: alert_percent, monthly_usd",)),
    Flip('missing tier', ACME, 'tier: solo\n', '', ('tenants/acme.yaml:1: tier is missing',)),
    Flip('missing groups', ACME, 'groups:\n  admins: [acme:admins]\n  developers: [acme:devs]\n', '', ('tenants/acme.yaml:1: groups is missing; allowed: a mapping with admins, developers, viewers',)),
    Flip('missing budget amount', ACME, '  monthly_usd: 100\n', '', ('tenants/acme.yaml:20: budget.monthly_usd is missing',)),
    Flip('empty value', ACME, 'tier: solo', 'tier:', ('tenants/acme.yaml:3: tier is empty; allowed: lower-case letters, digits and hyphens, starting with a letter, at most 40 characters',)),
    Flip('list for text', ACME, 'display_name: Acme', 'display_name: [Acme]', ("tenants/acme.yaml:2: display_name: ['Acme'] is not text; allowed: 1 to 80 printable characters on one line",)),
    Flip('number for text', ACME, 'display_name: Acme', 'display_name: 42', ('tenants/acme.yaml:2: display_name: 42 is not text; allowed: 1 to 80 printable characters on one line',)),
    Flip('text for list', ACME, 'residency: [north, south]', 'residency: north', ('tenants/acme.yaml:5: residency is text; allowed: a list',)),
    Flip('text for mapping', ACME, 'budget:\n  monthly_usd: 100\n  alert_percent: 80\n', 'budget: plenty\n', ('tenants/acme.yaml:20: budget is text; allowed: a mapping with alert_percent, monthly_usd',)),
    Flip('empty list', ACME, 'admins: [acme:admins]', 'admins: []', ('tenants/acme.yaml:7: groups.admins is empty; allowed: at least 1 entry',)),
    Flip('empty residency', BIG_CORP, 'residency:\n  - south', 'residency: []', ('tenants/big-corp.yaml:5: residency is empty; allowed: at least 1 entry',)),
    Flip('list entry of wrong type', ACME, 'admins: [acme:admins]', 'admins: [7]', ('tenants/acme.yaml:7: groups.admins[0]: 7 is not text; allowed: letters, digits and :/_.@-, at most 128 characters',)),
    Flip("id not the file's name", ACME, 'id: acme', 'id: acne', ("tenants/acme.yaml:1: id 'acne' is not the file's name; allowed: acme",)),
    Flip('id in capitals', ACME, 'id: acme', 'id: Acme', ("tenants/acme.yaml:1: id: 'Acme' is not a usable id; allowed: lower-case letters, digits and single hyphens, starting with a letter, 3 to 32 characters",)),
    Flip('id with an underscore', ACME, 'id: acme', 'id: ac_me', ("tenants/acme.yaml:1: id: 'ac_me' is not a usable id; allowed: lower-case letters, digits and single hyphens, starting with a letter, 3 to 32 characters",)),
    Flip('id starts with a digit', ACME, 'id: acme', 'id: 1acme', ("tenants/acme.yaml:1: id: '1acme' is not a usable id; allowed: lower-case letters, digits and single hyphens, starting with a letter, 3 to 32 characters",)),
    Flip('id too short', ACME, 'id: acme', 'id: ac', ("tenants/acme.yaml:1: id: 'ac' is not a usable id; allowed: lower-case letters, digits and single hyphens, starting with a letter, 3 to 32 characters",)),
    Flip('id too long', ACME, 'id: acme', 'id: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', ("tenants/acme.yaml:1: id: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' is not a usable id; allowed: lower-case letters, digits and single hyphens, starting with a letter, 3 to 32 characters",)),
    Flip('id reserved', ACME, 'id: acme', 'id: postgres', ("tenants/acme.yaml:1: id: 'postgres' is reserved; allowed: an id the platform does not keep for itself",)),
    Flip('id with a reserved beginning', ACME, 'id: acme', 'id: kube-acme', ("tenants/acme.yaml:1: id: 'kube-acme' is reserved; allowed: an id the platform does not keep for itself",)),
    Flip('id with two hyphens', ACME, 'id: acme', 'id: ac--me', ("tenants/acme.yaml:1: id: 'ac--me' is not a usable id; allowed: lower-case letters, digits and single hyphens, starting with a letter, 3 to 32 characters",)),
    Flip('id a number', ACME, 'id: acme', 'id: 123', ('tenants/acme.yaml:1: id: 123 is not text; allowed: lower-case letters, digits and single hyphens, starting with a letter, 3 to 32 characters',)),
    Flip('display name of two lines', ACME, 'display_name: Acme', 'display_name: "Ac\\nme"', ("tenants/acme.yaml:2: display_name: 'Ac\\nme' is not a title; allowed: 1 to 80 printable characters on one line",)),
    Flip('display name too long', ACME, 'display_name: Acme', 'display_name: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', ("tenants/acme.yaml:2: display_name: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' is not a title; allowed: 1 to 80 printable characters on one line",)),
    Flip('alerts for no address', ACME, 'budget:\n', 'alerts: {mail: [acme]}\nbudget:\n', ("tenants/acme.yaml:20: alerts.mail[0]: 'acme' is not a mail address; allowed: a person's mail address",)),
    Flip('alerts for nobody', ACME, 'budget:\n', 'alerts: {mail: []}\nbudget:\n', ('tenants/acme.yaml:20: alerts.mail is empty; allowed: at least 1 entry',)),
    Flip('unknown tier', ACME, 'tier: solo', 'tier: sole', ("tenants/acme.yaml:3: tier 'sole' is not known (did you mean 'solo'?); allowed: large, solo",)),
    Flip('unknown region', ACME, 'region: north\n', 'region: noth\n', ("tenants/acme.yaml:4: region 'noth' is not known (did you mean 'north'?); allowed: moon, north, south",)),
    Flip('unknown residency', ACME, 'residency: [north, south]', 'residency: [north, sud]', ("tenants/acme.yaml:5: region 'sud' is not known; allowed: moon, north, south",)),
    Flip('residency twice', ACME, 'residency: [north, south]', 'residency: [north, north]', ("tenants/acme.yaml:5: residency: 'north' is listed twice; allowed: each value once",)),
    Flip('residency without region', ACME, 'residency: [north, south]', 'residency: [south]', ("tenants/acme.yaml:5: residency does not hold the tenant's region 'north'; allowed: a list with north",)),
    Flip('region nobody serves', ACME, 'region: north\nresidency: [north, south]', 'region: moon\nresidency: [moon]', ("tenants/acme.yaml:4: no cluster of test serves tier 'solo' in the tenant's regions; allowed: north, south",)),
    Flip('unknown environment', ACME, 'region: north\n', 'region: north\nenvironments: [tset]\n', ("tenants/acme.yaml:5: environment 'tset' is not known (did you mean 'test'?); allowed: test",)),
    Flip('unknown environment placed', ACME, 'region: north\n', 'region: north\nplacement: {tset: main}\n', ("tenants/acme.yaml:5: placement: environment 'tset' is not known; allowed: test",)),
    Flip('unknown cluster placed', ACME, 'region: north\n', 'region: north\nplacement: {test: mian}\n', ("tenants/acme.yaml:5: cluster of tier solo 'mian' is not known (did you mean 'main'?); allowed: main",)),
    Flip('unknown isolation', ACME, 'region: north\n', 'region: north\nisolation: namespase\n', ("tenants/acme.yaml:5: isolation: 'namespase' is not known (did you mean 'namespace'?); allowed: dedicated-cluster, dedicated-pool, namespace, namespaces, virtual-control-plane",)),
    Flip('isolation not sold', ACME, 'region: north\n', 'region: north\nisolation: dedicated-pool\n', ("tenants/acme.yaml:5: isolation 'dedicated-pool' is not sold with tier 'solo'; allowed: namespace",)),
    Flip('isolation not in the phase', BIG_CORP, 'isolation: dedicated-pool', 'isolation: dedicated-cluster', ("tenants/big-corp.yaml:7: isolation 'dedicated-cluster' does not exist in phase one, which test is in; allowed: dedicated-pool, namespace, namespaces",), CLUSTERS_SOLD),
    Flip('unknown data isolation', ACME, 'region: north\n', 'region: north\ndata_isolation: tables\n', ("tenants/acme.yaml:5: data_isolation: 'tables' is not known; allowed: database, hybrid, schema, shared",)),
    Flip('dedicated without a pool', TOPOLOGY, '        tenant: big-corp\n', '        tenant: acme\n', ("tenants/big-corp.yaml:7: isolation dedicated-pool, but cluster 'main' has no pool of this tenant; allowed: a node pool of kind dedicated with tenant big-corp",)),
    Flip('group of another tenant', ACME, 'admins: [acme:admins]', 'admins: [big:auditors]', ("tenants/big-corp.yaml:12: group 'big:auditors' already has role admins in acme; allowed: a group of its own for each role and tenant",)),
    Flip('group in two roles', ACME, 'developers: [acme:devs]', 'developers: [acme:admins]', ("tenants/acme.yaml:8: group 'acme:admins' already has role admins in this tenant; allowed: a group of its own for each role and tenant",)),
    Flip('group twice', ACME, 'developers: [acme:devs]', 'developers: [acme:devs, acme:devs]', ("tenants/acme.yaml:8: groups.developers: 'acme:devs' is listed twice; allowed: each value once",)),
    Flip('group of Kubernetes', ACME, 'admins: [acme:admins]', "admins: ['system:masters']", ("tenants/acme.yaml:7: groups.admins[0]: group 'system:masters' belongs to Kubernetes itself; allowed: a group of your identity provider",)),
    Flip('group with a space', ACME, 'admins: [acme:admins]', 'admins: [acme admins]', ("tenants/acme.yaml:7: groups.admins[0]: 'acme admins' is not an OIDC group; allowed: letters, digits and :/_.@-, at most 128 characters",)),
)
# fmt: on
