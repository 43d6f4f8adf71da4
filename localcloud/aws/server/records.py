"""Route 53's records by name, type and set identifier, which moto tells apart by less (H3).

moto deletes every record of a zone with the same set identifier, whatever its name, and refuses to make one again that
was deleted while another of its name is left. Tenants' records have their cluster's name as set identifier.
"""

from typing import Any

from moto.route53.exceptions import ResourceRecordAlreadyExists, Route53ClientError
from moto.route53.models import Route53Backend

Change = dict[str, Any]
_Key = tuple[str, str, str | None]

_moto = Route53Backend.change_resource_record_sets


def apply() -> None:
    """From now on moto's Route 53 does as here."""
    Route53Backend.change_resource_record_sets = _change


def _change(self: Route53Backend, zoneid: str, change_list: list[Change]) -> None:
    """As moto, one change after the other. A change that is refused leaves those before it, not so on AWS; what comes
    from here has one."""
    zone = self.get_hosted_zone(zoneid)
    for each in change_list:
        record = each["ResourceRecordSet"]
        key = _key(record["Name"], record["Type"], record.get("SetIdentifier"))
        there = [one for one in zone.rrsets if _of(one) == key]
        if each["Action"] == "CREATE" and there:
            raise ResourceRecordAlreadyExists(name=record["Name"], _type=record["Type"])
        if each["Action"] == "DELETE" and not there:
            what = f"[name='{record['Name']}', type='{record['Type']}']"
            raise Route53ClientError(
                "InvalidChangeBatch", f"Tried to delete resource record set {what} but it was not found"
            )
        if each["Action"] == "CREATE":
            _forget(zone, key)
        others = [one for one in zone.rrsets if _of(one) != key]
        _moto(self, zoneid, [each])
        if each["Action"] == "DELETE":
            zone.rrsets = others
            _forget(zone, key)


def _forget(zone: Any, key: _Key) -> None:
    """Take a record out of the zone's journal, by which moto would think that it is there."""
    zone.rr_changes[:] = [
        each
        for each in zone.rr_changes
        if _key(*(each["ResourceRecordSet"].get(name) for name in ("Name", "Type", "SetIdentifier"))) != key
    ]


def _of(record: Any) -> _Key:
    return _key(record.name, record.type, record.set_identifier)


def _key(name: Any, kind: Any, set_identifier: Any) -> _Key:
    return str(name).strip(".").lower(), str(kind), set_identifier
