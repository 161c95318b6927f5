"""`playback config`: every setting, its value and where it is set, without the secrets."""

from argparse import Namespace
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from api.settings import Settings, given_settings, variable_of
from api.terminal.text import line_of
from ingest.text.urls import is_remote, shown_address

HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A setting: its variable, its value for people and programs, where it is set, and the name it has there."""

    name: str
    variable: str
    value: str | int | bool | list[str] | None
    source: Literal["default", "file", "environment", "command line"]
    where: str | None


def setting_lines(options: Namespace, settings: Settings) -> list[SettingLine]:
    """Return every setting as it holds for this command; a secret that is set has the value "hidden"."""
    given = given_settings()
    lines = []
    for one in fields(Settings):
        value = HIDDEN if not one.repr and getattr(settings, one.name) else _shown(getattr(settings, one.name))
        found = given.get(one.name)
        line = SettingLine(one.name, variable_of(one.name), value, "default", None)
        if one.name == "home" and options.home is not None:
            line = SettingLine(one.name, line.variable, value, "command line", "--home")
        elif found is not None:
            line = SettingLine(one.name, line.variable, value, found.source, found.where)
        lines.append(line)
    return lines


def config_text(lines: list[SettingLine]) -> str:
    """Return the settings for a terminal, one per line."""
    width = max(len(line.name) for line in lines)
    return "\n".join(
        f"{line.name:<{width}} = " + line_of(f"{_text(line.value)} ({line.where or line.source})") for line in lines
    )


def _shown(value: Any) -> str | int | bool | list[str] | None:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, str) and is_remote(value):  # it may hold a name, a password or a key
        return shown_address(value)
    found: str | int | bool | list[str] | None = list(value) if isinstance(value, tuple) else value
    return found


def _text(value: str | int | bool | list[str] | None) -> str:
    if value is None or value == []:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(value) if isinstance(value, list) else str(value)
