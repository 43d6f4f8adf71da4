"""Package-wide fixtures end with the last test of this folder that a worker has, and not with its session."""
