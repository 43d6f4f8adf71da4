"""A part that cannot run for want of something says what to do about it."""

from pathlib import Path

import pytest

from localcloud.controlplane.diagnosis import known_cause
from localcloud.controlplane.layout import Layout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ('{"msg":"Could not run manager","error":"too many open files"}', "fs.inotify.max_user_instances"),
        ("write /data/wal: no space left on device", "full"),
        ("panic: nobody knows", None),
    ],
)
def test_the_last_words_are_explained(tmp_path: Path, words: str, says: str | None) -> None:
    found = known_cause(Layout("main", tmp_path), words)
    assert (found is None) == (says is None)
    assert says is None or says in str(found)
