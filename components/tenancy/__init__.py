"""A tenant on a cluster: namespace, quota, access."""
