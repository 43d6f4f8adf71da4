"""What no file of the catalogue may be, as YAML. One row each, with the message it gets."""

# ruff: noqa: E501  a message is one line

from tests.unit.settings.flip import ACME, Flip

# fmt: off
FLIPS = (
    Flip('empty file', ACME, None, '', ('tenants/acme.yaml:1: the file is empty; allowed: a YAML mapping',)),
    Flip('only a comment', ACME, None, '# nothing\n', ('tenants/acme.yaml:1: the file is empty; allowed: a YAML mapping',)),
    Flip('not a mapping', ACME, None, '- acme\n', ('tenants/acme.yaml:1: the file is a list; allowed: a mapping with alerts, budget, burst, data_isolation, database, display_name, egress, environments, groups, id, isolation, lifecycle, namespaces, offboarding, placement, quota, region, residency, sandboxes, tier, workloads',)),
    Flip('a sentence', ACME, None, 'acme\n', ('tenants/acme.yaml:1: the file is text; allowed: a mapping with alerts, budget, burst, data_isolation, database, display_name, egress, environments, groups, id, isolation, lifecycle, namespaces, offboarding, placement, quota, region, residency, sandboxes, tier, workloads',)),
    Flip('tab', ACME, '  admins: [acme:admins]', '\tadmins: [acme:admins]', ('tenants/acme.yaml:7: a tab indents this line; allowed: spaces',)),
    Flip('unclosed list', ACME, 'residency: [north, south]', 'residency: [north, south', ("tenants/acme.yaml:6: not valid YAML: did not find expected ',' or ']'; allowed: YAML; look at indentation, quotes and brackets near here",)),
    Flip('bad indentation', ACME, '  developers: [acme:devs]', '   developers: [acme:devs]', ('tenants/acme.yaml:8: not valid YAML: did not find expected key; allowed: YAML; look at indentation, quotes and brackets near here',)),
    Flip('duplicate key', ACME, 'region: north', 'region: north\nregion: south', ("tenants/acme.yaml:5: key 'region' is given again (first on line 4); allowed: each key once",)),
    Flip('duplicate nested key', ACME, '      cpu: 200m\n', '      cpu: 200m\n      cpu: 100m\n', ("tenants/acme.yaml:16: key 'cpu' is given again (first on line 15); allowed: each key once",)),
    Flip('second document', ACME, 'budget:', '---\nbudget:', ('tenants/acme.yaml:20: a second document starts here; allowed: one document in a file',)),
    Flip('anchor', ACME, 'display_name: Acme', 'display_name: &name Acme', ('tenants/acme.yaml:2: anchor &name is used; allowed: the value written out',)),
    Flip('alias', ACME, 'display_name: Acme', 'display_name: *name', ('tenants/acme.yaml:2: alias *name is used; allowed: the value written out',)),
    Flip('merge key', ACME, 'budget:\n', 'budget:\n  <<: {alert_percent: 80}\n', ("tenants/acme.yaml:21: unknown key 'budget.<<'; allowed: alert_percent, monthly_usd",)),
    Flip('tag', ACME, 'display_name: Acme', 'display_name: !!python/name:os.system Acme', ('tenants/acme.yaml:2: tag !!python/name:os.system is used; allowed: plain values without tags',)),
    Flip('complex key', ACME, 'budget:\n', '? [budget]\n: 1\nbudget:\n', ('tenants/acme.yaml:20: a key is not plain text; allowed: plain text as key',)),
    Flip('control character', ACME, 'display_name: Acme', 'display_name: Ac\x07me', ('tenants/acme.yaml:2: control character 0x07; allowed: printable text',)),
    Flip('too deep', ACME, 'display_name: Acme', 'display_name: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]', ('tenants/acme.yaml:2: nested too deeply; allowed: at most 24 levels',)),
)
# fmt: on
