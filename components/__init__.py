"""Pulumi components of tenantplane, one per file, by layer. They read no files and no configuration."""
