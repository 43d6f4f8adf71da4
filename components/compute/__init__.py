"""Where pods run: node pools, and how their GPUs are shared (C6, C7)."""
