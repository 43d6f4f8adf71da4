"""What of the environment is no longer as it was last applied, by tenant (I3)."""
