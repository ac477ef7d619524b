"""The icons in use, found in the sources, and the one SVG file that holds them."""

import re
from pathlib import Path

from seawall.kernel.errors import Refused

_IN_TEMPLATES = re.compile(r"""\{%\s*icon\s+["']([a-z0-9-]+)["']""")
_IN_PYTHON = re.compile(r"""\bicon["']?(?::\s*str)?\s*[=:(]\s*["']([a-z0-9-]+)["']""")
"""`icon="ship"`, `icon: str = "ship"`, `"icon": "ship"` and `icon("ship")`: a name must stand in full somewhere."""

_FRAME = re.compile(r"^.*?<svg[^>]*>|</svg>.*$", re.DOTALL)
_INVISIBLE = re.compile(r"""\s*<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>""")


def icon_names(source: Path) -> list[str]:
    """Names of the Tabler icons that templates and Python files under `source` use, in order."""
    found: set[str] = set()
    for path in source.rglob("*.html"):
        found.update(_IN_TEMPLATES.findall(path.read_text(encoding="utf-8")))
    for path in source.rglob("*.py"):
        if path != Path(__file__).resolve():
            found.update(_IN_PYTHON.findall(path.read_text(encoding="utf-8")))
    return sorted(found)


def sprite(names: list[str], icons: Path) -> str:
    """The sprite: `<symbol id="i-NAME">` for each. Raises Refused(icon_unknown) naming those that Tabler lacks."""
    unknown = [name for name in names if not _file(name, icons).exists()]
    if unknown:
        raise Refused("icon_unknown", names=", ".join(unknown))
    symbols = "".join(_symbol(name, _file(name, icons).read_text(encoding="utf-8")) for name in names)
    head = "<!-- Tabler Icons, MIT licence, see vendor/LICENCES.txt. Made by python -m seawall.web.assets. -->\n"
    return f'{head}<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'


def _file(name: str, icons: Path) -> Path:
    if name.endswith("-filled"):
        return icons / "filled" / f"{name.removesuffix('-filled')}.svg"
    return icons / "outline" / f"{name}.svg"


def _symbol(name: str, svg: str) -> str:
    paint = (
        'fill="currentColor"'
        if name.endswith("-filled")
        else 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    )
    paths = re.sub(r"\s*\n\s*", "", _INVISIBLE.sub("", _FRAME.sub("", svg)))
    return f'<symbol id="i-{name}" viewBox="0 0 24 24" {paint}>{paths}</symbol>\n'
