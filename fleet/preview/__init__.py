"""What a pull request changes: both revisions rendered, compared by tenant, dangerous things first (I2)."""
