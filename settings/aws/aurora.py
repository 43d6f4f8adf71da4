"""What a topology says of a cluster's PostgreSQL on Aurora (F2)."""

from typing import Annotated

from settings.aws.fields import EngineVersion, InstanceClass
from settings.database_server import Certificates
from settings.fields import Distinct, Model, Name, count_of, count_schema

BackupDays = Annotated[int, count_of(7, 35), count_schema(7, 35)]
Instances = Annotated[int, count_of(2, 6), count_schema(2, 6)]


class Aurora(Model):
    """The Aurora cluster of a cluster's tenants, and of those that have one of their own.

    version: of Aurora PostgreSQL. instance_class: of every instance.
    instances: a writer and its readers, each in another zone as far as there are zones; 2 to 6, default 2, because one
    alone is no standby.
    backup_days: for which any second can be had back; 7 to 35, default 35, the most there is.
    own_for: tiers whose tenants have an Aurora cluster each, under their own key (F1, F2).
    authority: who signs the servers' certificates, in PEM: the bundle of RDS for the cluster's region, whom tenants'
    services trust and nobody else (F5). Left out on the AWS of one machine, which signs by itself.
    """

    version: EngineVersion
    instance_class: InstanceClass
    instances: Instances = 2
    backup_days: BackupDays = 35
    own_for: Annotated[tuple[Name, ...], Distinct] = ()
    authority: Certificates | None = None
