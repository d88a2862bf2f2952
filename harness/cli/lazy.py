"""Commands that are imported when they are asked for, since one call needs little of them all."""

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


@dataclass(frozen=True, slots=True)
class Command:
    """A command that stands as a function, or as a group of commands, in a module not yet read."""

    module: str
    attribute: str
    short_help: str
    settings: Mapping[str, object] = field(default_factory=dict)

    def load(self, name: str) -> TyperCommand | TyperGroup:
        """Import the module; return the command under the name that it has here."""
        found = getattr(import_module(self.module), self.attribute)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(
                add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
            )
            settings = dict(self.settings)
            alone.command(name, short_help=self.short_help, context_settings=settings)(found)
            found = alone
        # Either is a command of typer's own classes.
        command = cast("TyperCommand | TyperGroup", get_command(found))
        command.name = name
        return command


class _Commands(MutableMapping[str, Any]):
    """Commands by name, those of a table when they are first asked for."""

    def __init__(self, table: Mapping[str, Command], known: Mapping[str, Any]) -> None:
        self._table = table
        self._known = dict(known)

    def __getitem__(self, name: str) -> object:
        if name not in self._known:
            self._known[name] = self._table[name].load(name)
        return self._known[name]

    def __setitem__(self, name: str, command: object) -> None:
        self._known[name] = command

    def __delitem__(self, name: str) -> None:
        del self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._table, **self._known})

    def __len__(self) -> int:
        return len(self._table.keys() | self._known.keys())


class LazyGroup(TyperGroup):
    """A group that has the commands of a table beside its own, and lists them without them."""

    table: Mapping[str, Command] = MappingProxyType({})

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - typer's own, passed on
        super().__init__(**attributes)
        self.commands = _Commands(self.table, self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - of typer's own click
        """List the commands of the table by their short help; the group's own are hidden ones."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.short_help) for name, each in self.table.items()])
