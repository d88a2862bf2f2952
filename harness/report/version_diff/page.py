"""What pages in HTML share: one file each, which asks for nothing and runs only its own script."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from harness.model.version import ApiVersion
from harness.report.wording import printable, shortened

if TYPE_CHECKING:
    from jinja2 import Environment

LONGEST = 2000  # characters of a single text; the JSON format has all of them
_HERE = Path(__file__).parent


def page(template: str, **values: object) -> str:
    """Return the page that a template of this folder makes of the values.

    Whatever text they hold comes out escaped, printable, and cut where it is endless.
    """
    return _environment().get_template(template).render(values)


def file_name(old: ApiVersion, new: ApiVersion, ending: str = "html") -> str:
    """Return what the report on two versions is called, beside the others: "1.24-1.30.html"."""
    return f"{old}-{new}.{ending}"


def filtered(operation: str) -> str:
    """Return the fragment with which a page shows one operation alone."""
    return f"#op={quote(shown(operation), safe='/')}"


def shown(text: str) -> str:
    """Return a text as pages show it: on one line, printable, and of bounded length."""
    return shortened(printable(text), LONGEST)


@cache
def _environment() -> "Environment":
    # Most runs make no page, and should not wait for the import.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - see above
    from markupsafe import Markup  # noqa: PLC0415 - see above

    def finalized(value: object) -> object:
        plain = isinstance(value, str) and not isinstance(value, Markup)
        return shown(str(value)) if plain else value

    def breakable(text: str) -> str:
        return Markup("/<wbr>").join(shown(text).split("/"))

    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = breakable
    style, script = (
        (_HERE / name).read_text(encoding="utf-8").strip() for name in ("page.css", "page.js")
    )
    environment.globals.update(
        # Files of this package, and no text from elsewhere: nothing in them is to be escaped.
        style=Markup(style),  # noqa: S704 - see above
        script=Markup(script),  # noqa: S704 - see above
        policy=_policy(style, script),
    )
    return environment


def _policy(style: str, script: str) -> str:
    """Return what a browser may do with the page: its own style and script, by their hashes."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_digest(style)}",
            f"script-src {_digest(script)}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
