"""Pictures lie under their hash: one that comes twice is stored once, and a file that is there is whole."""

import os
import threading
from pathlib import Path


def page_path(folder: Path, sha256: str) -> Path:
    """Where a page of this hash lies below `folder`."""
    return folder / sha256[:2] / f"{sha256}.png"


def store_page(folder: Path, sha256: str, data: bytes) -> None:
    """Write a page unless it is there."""
    store_file(page_path(folder, sha256), data)


def store_file(path: Path, data: bytes) -> None:
    """Write a file that is named by its hash unless it is there; another process or thread may be writing the same."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    fresh.write_bytes(data)
    fresh.replace(path)
