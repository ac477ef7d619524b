"""Own wording as a TOML file: one table a language with `text` and `gloss_zh`."""

import tomllib

from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import Language
from seawall.scripts.commands.submit_script import Wording


def read_wording(content: bytes, *, name: str) -> dict[Language, Wording]:
    """The texts of a file. Raises InvalidInput(wording_file_unreadable) naming the language or the line."""
    try:
        tables = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("wording_file_unreadable", name=name, why=str(error)) from error
    found = {}
    for tag, entry in tables.items():
        if tag not in set(Language) or not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
            raise InvalidInput("wording_file_unreadable", name=name, why=f"[{tag}]")
        found[Language(tag)] = Wording(text=entry["text"], gloss_zh=str(entry.get("gloss_zh", "")))
    return found
