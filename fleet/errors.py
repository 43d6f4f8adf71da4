"""What `fleet` could not do, in words for the person at the keyboard."""


class FleetError(Exception):
    """The command failed; the text says why and what helps. Exit code 1."""
