"""Where the data lie: beside the package in a checkout, inside it or beside it in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_ROOT = _PACKAGE.parents[1]


def specs_folder() -> Path:
    """Return the folder that holds INDEX.toml and the documents."""
    shipped = _PACKAGE / "documents"
    return shipped if shipped.is_dir() else _ROOT / "specs"


def contracts_folder() -> Path:
    """Return the folder of the package `contracts`, which has one place in both."""
    return _ROOT / "contracts"
