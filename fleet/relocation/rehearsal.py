"""An edit of the catalogue, tried on a copy of it before anything is changed."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from settings import CatalogueError, load_catalogue


def mistakes(folder: Path, environment: str, on: date, edit: Callable[[Path], object]) -> list[str]:
    """What would be wrong with the catalogue in `folder` after an edit, a line each; empty when nothing. The folder
    stays as it is.

    on: the day it is for. edit: is given the folder of the copy.
    """
    with tempfile.TemporaryDirectory(prefix="tenantplane-catalogue-") as made:
        copy = Path(shutil.copytree(folder, Path(made) / folder.name))
        edit(copy)
        try:
            load_catalogue(copy, environment, on)
        except CatalogueError as error:
            return [str(problem) for problem in error.problems]
    return []
