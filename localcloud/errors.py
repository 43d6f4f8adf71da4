"""The one error that localcloud shows to a person."""


class LocalcloudError(Exception):
    """What went wrong and what to do about it, in words for the person at the terminal.

    The command prints the message without a traceback and exits with 1.
    """
