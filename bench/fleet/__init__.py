"""How an environment of many clusters grows: `python -m bench.fleet` (H1, I2)."""
