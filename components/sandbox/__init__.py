"""Container runtimes and the sandboxes of agents."""
