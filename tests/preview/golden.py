"""What is said of each change, without the folded part: a file for each in golden/.

`python -m tests.preview.golden` writes them anew; read the difference before you commit it.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fleet.preview.markdown import markdown
from fleet.preview.offline_provider import OfflineProviders
from fleet.preview.review import Review
from tests.preview.changes import CASES
from tests.preview.project import reviewed

FOLDER: Final = Path(__file__).parent / "golden"


def condensed(review: Review) -> str:
    """The text of a review up to the part that is folded."""
    text, fold, _ = markdown(review).partition("### Everything, by tenant")
    return text.rstrip() + "\n" if fold else text


def main(names: list[str]) -> None:
    """Writes the files of these cases, or of all."""
    FOLDER.mkdir(exist_ok=True)
    with OfflineProviders() as providers:
        for name in names or CASES:
            case = CASES[name]
            with TemporaryDirectory() as folder:
                made = reviewed(Path(folder), case.before, case.after, providers)
            wrong = "" if made.verdict == case.verdict else f", NOT {case.verdict}"
            sys.stdout.write(f"{name}: {made.verdict}{wrong}\n")
            (FOLDER / f"{name}.md").write_text(condensed(made))


if __name__ == "__main__":
    main(sys.argv[1:])
