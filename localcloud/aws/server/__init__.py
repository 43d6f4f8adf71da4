"""moto behind a journal: AWS's API on loopback, whose state survives a restart, even one by `kill -9`."""
