"""The page itself: one HTML file with its style, its program and its data in it, which asks nothing of any network.

A content security policy in the file allows the style and the program that are in it, by their hashes, and nothing
else: no request, no other script, no frame. What comes from the catalogue reaches the document as data or as escaped
text alone.
"""

import base64
import hashlib
import html
import json
from pathlib import Path
from string import Template
from typing import Any, Final

ASSETS: Final = Path(__file__).parent / "assets"
STYLES: Final = ("tokens.css", "layout.css", "parts.css")
PROGRAMS: Final = ("base.js", "charts.js", "flows.js", "tenants.js", "detail.js", "sections.js", "main.js")


def page(data: dict[str, Any]) -> str:
    """The page of some data."""
    style = "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in STYLES)
    parts = "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in PROGRAMS)
    program = f'"use strict";\n(() => {{\n{parts}\n}})();'
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(program)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return Template((ASSETS / "page.html").read_text(encoding="utf-8")).substitute(
        policy=html.escape(policy),
        title=html.escape(f"tenantplane: {data['environment']}"),
        environment=html.escape(data["environment"]),
        made_at=html.escape(data["made_at"]),
        style=style,
        program=program,
        data=embedded(data),
    )


def embedded(data: object) -> str:
    """JSON that cannot end the element it is in, whatever a text in it says: `<` and its like are written as escapes of
    JSON, which is the same JSON."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for each in "<>&\u2028\u2029":
        text = text.replace(each, f"\\u{ord(each):04x}")
    return text


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
