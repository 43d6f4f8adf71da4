"""Mistakes about the namespaces that a tenant has beside its home. One row each, with the message it gets (A6, A7)."""

# ruff: noqa: E501  a message is one line

from tests.unit.settings.flip import BIG_CORP, TIERS, Flip
from tests.unit.settings.small_catalogue import WITH_NAMESPACES


def flip(name: str, old: str, new: str, *expected: str, file: str = BIG_CORP) -> Flip:
    return Flip(name, file, old, new, expected, WITH_NAMESPACES)


APPROVAL = """      retire:
        approved_by: ops@tenantplane.example
        final_snapshot: snap-lab-2
        reason: The laboratory has closed
"""

# fmt: off
FLIPS = (
    flip('child with two hyphens', 'name: staging', 'name: sta--ging', "tenants/big-corp.yaml:28: namespaces.children[0].name: 'sta--ging' is not a usable name; allowed: lower-case letters, digits and single hyphens, starting with a letter, at most 20 characters"),
    flip('child with a long name', 'name: staging', 'name: a-name-of-21-letters-', "tenants/big-corp.yaml:28: namespaces.children[0].name: 'a-name-of-21-letters-' is not a usable name; allowed: lower-case letters, digits and single hyphens, starting with a letter, at most 20 characters"),
    flip('child a number', 'name: staging', 'name: 7', "tenants/big-corp.yaml:28: namespaces.children[0].name: 7 is not text; allowed: lower-case letters, digits and single hyphens, starting with a letter, at most 20 characters"),
    flip('child twice', 'name: staging', 'name: lab-2', "tenants/big-corp.yaml:29: name 'lab-2' is given again (first on line 28); allowed: each name once"),
    flip('child without a share', ', share: 20', '', "tenants/big-corp.yaml:28: namespaces.children[0].share is missing"),
    flip('child with a share of nothing', 'share: 20', 'share: 0', "tenants/big-corp.yaml:28: namespaces.children[0].share: 0 is out of range; allowed: a whole number from 1 to 100"),
    flip('shares of more than there is', 'share: 20', 'share: 75', "tenants/big-corp.yaml:27: namespaces.children: the shares, with 10 % for Jobs, come to 100 %; allowed: at most 89 % for all children"),
    flip('a share too little for a container', 'share: 20', 'share: 4', "tenants/big-corp.yaml:28: namespace 'staging' has too little cpu, memory, policies to be of use; allowed: a share of at least 7"),
    flip('shares that leave the home too little', 'share: 20', 'share: 70', "tenants/big-corp.yaml:27: the shares of namespaces and Jobs leave the home too little memory to be of use; allowed: smaller shares"),
    flip('a tier too small to divide', 'dedicated-pool]\n    objects: {configmaps: 99', 'dedicated-pool]\n    objects: {configmaps: 1', "tenants/big-corp.yaml:27: the shares of namespaces and Jobs leave the home too little configmaps to be of use; allowed: smaller shares", "tenants/big-corp.yaml:28: namespace 'staging' has too little configmaps to be of use; allowed: no namespaces in this tier", "tenants/big-corp.yaml:30: namespace 'lab-2' has too little configmaps to be of use; allowed: no namespaces in this tier", file=TIERS),
    flip('shares that leave less than the workloads need', 'share: 20', 'share: 65', "tenants/big-corp.yaml:13: the workloads at their least replicas need requests.cpu 500m, limits.cpu 1100m, requests.memory 1152Mi, limits.memory 2176Mi; allowed: at most requests.cpu 400m, limits.cpu 1, requests.memory 821Mi, limits.memory 1640Mi, by tier and quota"),
    flip('no children', 'children:\n    - {name: staging, share: 20}\n    - name: lab-2\n      share: 15\n' + APPROVAL, 'children: []\n', "tenants/big-corp.yaml:27: namespaces.children is empty; allowed: at least 1 entry"),
    flip('children in another isolation', 'isolation: namespaces', 'isolation: namespace', "tenants/big-corp.yaml:24: namespaces: further namespaces, but the isolation is namespace; allowed: isolation namespaces"),
    flip('retired without an approval', APPROVAL, '      retire: yes\n', "tenants/big-corp.yaml:31: namespaces.children[1].retire is text; allowed: a mapping with approved_by, final_snapshot, reason"),
    flip('retired without a snapshot', '        final_snapshot: snap-lab-2\n', '', "tenants/big-corp.yaml:31: namespaces.children[1].retire.final_snapshot is missing"),
    flip('unknown key of a child', 'share: 20', 'share: 20, quota: 4', "tenants/big-corp.yaml:28: unknown key 'namespaces.children[0].quota'; allowed: name, retire, share"),
    flip('isolation namespaces without any', 'namespaces:\n  jobs_share: 10\n  connected: true\n  children:\n    - {name: staging, share: 20}\n    - name: lab-2\n      share: 15\n' + APPROVAL, '', "tenants/big-corp.yaml:1: namespaces: isolation namespaces names none; allowed: namespaces with children, each with name and share"),
)
# fmt: on
