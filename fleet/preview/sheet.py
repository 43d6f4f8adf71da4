"""Markdown that stays under a length: cut by whole entries, with a count of what was left out (I2)."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LIMIT: Final = 64_000
"""Characters. GitHub takes 65,536 in a comment, GitLab a million."""
_RESERVE: Final = 240
"""Characters kept for the heading of a section that is still to come, and for the count of what it leaves out."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the text. entries: whole pieces that are kept or left out. noun: what one of them is, for the count.
    before, after: around the entries, in any case."""

    title: str
    entries: Sequence[str]
    noun: str = "entry"
    before: str = ""
    after: str = ""


@dataclass
class Sheet:
    """Collects sections in the order of their weight. limit: characters of the whole; none for the full text.

    omitted: how many entries were left out.
    """

    limit: int | None = LIMIT
    omitted: int = 0

    def text(self, head: str, sections: Sequence[Section], foot: str = "") -> str:
        """The whole text: the head, every section that has entries, the foot."""
        written = [each for each in sections if each.entries]
        parts = [head]
        used = len(head) + len(foot)
        for number, section in enumerate(written):
            reserve = _RESERVE * (len(written) - number - 1)
            room = None if self.limit is None else self.limit - used - reserve
            part = self._section(section, room)
            used += len(part) + 2
            parts.append(part)
        return "\n\n".join([*parts, foot]) if foot else "\n\n".join(parts) + "\n"

    def _section(self, section: Section, room: int | None) -> str:
        start = f"### {section.title} ({len(section.entries)})\n\n{section.before}"
        kept: list[str] = []
        left = None if room is None else room - len(start) - len(section.after) - _RESERVE
        for entry in section.entries:
            if left is not None:
                if len(entry) + 1 > left:
                    continue
                left -= len(entry) + 1
            kept.append(entry)
        missing = len(section.entries) - len(kept)
        self.omitted += missing
        lines = start + "\n".join(kept) + section.after
        if missing:
            lines += f"\n\n**… and {plural(missing, f'more {section.noun}')}**, in the full text."
        return lines


def plural(count: int, noun: str) -> str:
    """ "1 entry", "2 entries"."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"


def code(text: object) -> str:
    """Text as inline code: nothing in it is markup, a mention or a link, whoever wrote it."""
    plain = _CONTROL.sub(" ", str(text)) or " "
    ticks = "`" * (_longest_run(plain) + 1)
    pad = " " if len(ticks) > 1 or plain.startswith("`") or plain.endswith("`") else ""
    return f"{ticks}{pad}{plain}{pad}{ticks}"


def block(lines: Sequence[str], language: str = "diff") -> str:
    """Lines as a block of code; the same holds."""
    plain = [_CONTROL.sub(" ", line) for line in lines]
    fence = "`" * max(3, max((_longest_run(line) for line in plain), default=0) + 1)
    return "\n".join([fence + language, *plain, fence])


def folded(summary: str, inner: str) -> str:
    """A part that is shown when somebody asks for it."""
    return f"<details><summary>{html.escape(_CONTROL.sub(' ', summary))}</summary>\n\n{inner}\n\n</details>"


def cell(value: object) -> str:
    """A cell of a table."""
    return "" if value is None else code(value).replace("|", "\\|")


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
