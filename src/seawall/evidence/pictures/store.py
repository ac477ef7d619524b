"""Pages lie under their hash: a page drawn twice is stored once, and a file that is there is whole."""

import os
from pathlib import Path


def page_path(folder: Path, sha256: str) -> Path:
    """Where a page of this hash lies below `folder`."""
    return folder / sha256[:2] / f"{sha256}.png"


def store_page(folder: Path, sha256: str, data: bytes) -> None:
    """Write a page unless it is there; another process may be writing the same one."""
    path = page_path(folder, sha256)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(data)
    fresh.replace(path)
