"""What the last words of a part that ended mean, where the remedy is none of ours."""

from localcloud.controlplane.layout import Layout
from localcloud.errors import LocalcloudError
from localcloud.files import full_disk


def known_cause(layout: Layout, words: str) -> LocalcloudError | None:
    """The error that says what to do, or None for words that are not known. words: the end of the part's log."""
    if "no space left on device" in words:
        return full_disk(layout.directory)
    if "too many open files" in words:
        return LocalcloudError(
            "this machine lets no more files be watched: a control plane takes some 20 of its inotify instances. Stop "
            "another one (`python -m localcloud status` lists them), or as root `sysctl -w "
            "fs.inotify.max_user_instances=512`"
        )
    return None
