"""PostgreSQL servers behind RDS clusters."""

from localcloud.aws.layout import AwsLayout
from localcloud.controlplane.layout import Layout, cluster_names
from localcloud.controlplane.postgres import end_database


def stop_databases(layout: AwsLayout) -> None:
    """End every server and remove its files."""
    for name in cluster_names(layout.databases):
        end_database(Layout(name, layout.databases))
