"""Files named on the command line."""

from pathlib import Path

from seawall.kernel.errors import InvalidInput


def existing(path: Path) -> Path:
    """The path, if it is a file. Raises InvalidInput(file_not_found, file_is_folder)."""
    if path.is_dir():
        raise InvalidInput("file_is_folder", name=str(path))
    if not path.is_file():
        raise InvalidInput("file_not_found", name=str(path))
    return path


def text_of(path: Path) -> str:
    """The text of a file, without a byte order mark. Raises what `existing` raises, and InvalidInput(file_not_utf8)."""
    try:
        return existing(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("file_not_utf8", name=str(path)) from error
