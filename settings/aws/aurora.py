"""What a topology says of a cluster's PostgreSQL on Aurora (F2)."""

from typing import Annotated

from pydantic import Field

from settings.aws.fields import Administrator, EngineVersion, InstanceClass
from settings.database_server import Certificates
from settings.fields import Distinct, Model, Name, count_of, count_schema

PasswordDays = Annotated[int, count_of(1, 90), count_schema(1, 90)]
BackupDays = Annotated[int, count_of(7, 35), count_schema(7, 35)]
Instances = Annotated[int, count_of(2, 6), count_schema(2, 6)]


class Aurora(Model):
    """The Aurora cluster of a cluster's tenants, and of those that have one of their own.

    version: of Aurora PostgreSQL. instance_class: of every instance.
    instances: a writer and its readers, each in another zone as far as there are zones; 2 to 6, default 2, because one
    alone is no standby.
    backup_days: for which any second can be had back; 7 to 35, default 35, the most there is.
    password_days: after which RDS turns the master's password in Secrets Manager; 1 to 90, as keys of services, default
    7, which is RDS's own (Amazon Aurora User Guide, "Password management with Amazon Aurora and AWS Secrets Manager").
    own_for: tiers whose tenants have an Aurora cluster each, under their own key (F1, F2).
    authority: who signs the servers' certificates, in PEM: the bundle of RDS for the cluster's region, whom tenants'
    services and `fleet` trust and nobody else (F5). Needed on an account; left out on the AWS of one machine, which
    signs by itself.
    administered_from: security groups and private ranges from which `fleet` runs, up to 20. It makes tenants' logins
    and tables as the servers' master; their subnets have no way in but from the cluster's own nodes, so that nobody
    gets there from anywhere else until this names the runner's. Nobody by default.
    """

    version: EngineVersion
    instance_class: InstanceClass
    instances: Instances = 2
    backup_days: BackupDays = 35
    password_days: PasswordDays = 7
    own_for: Annotated[tuple[Name, ...], Distinct] = ()
    authority: Certificates | None = None
    administered_from: Annotated[tuple[Administrator, ...], Distinct, Field(max_length=20)] = ()
