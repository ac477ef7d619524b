"""Checks of files: secrets and the front end."""

import os
import stat

from seawall.doctor.values import Check, bad, ok, refused, warn
from seawall.evidence.api import absent_fonts
from seawall.kernel.errors import SeawallError
from seawall.settings import Settings
from seawall.web import assets


def check_secrets(settings: Settings) -> list[Check]:
    """The secret files are whole, and nobody else can read them."""
    found = []
    if settings.secret_key is None:
        found.append(_file("signing_key", settings, settings.secret_key_path))
    if settings.encryption_key is None:
        found.append(_file("encryption_key", settings, settings.encryption_key_path))
    return found


def _file(name: str, settings: Settings, path: os.PathLike[str]) -> Check:
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        return ok(name, "doctor_secret_not_yet", path=str(path))
    except OSError as error:
        return bad(name, "doctor_secret_shut", path=str(path), why=error.strerror or str(error))
    if mode & 0o077:
        return bad(name, "doctor_secret_open", path=str(path), mode=f"{mode:o}")
    try:
        if name == "encryption_key":
            settings.encryption_keys()
        else:
            settings.signing_key()
    except SeawallError as refusal:
        return refused(name, refusal.code, dict(refusal.params))
    return ok(name, "doctor_secret_ok", path=str(path))


def check_front_end() -> Check:
    """The pages' style sheets, scripts and icons are there, and those of the sources."""
    if not assets.built():
        return bad("front_end", "doctor_assets_missing", path=str(assets.STATIC))
    if (assets.CHECKOUT / "package-lock.json").exists() and not assets.up_to_date():
        return warn("front_end", "doctor_assets_old")
    return ok("front_end", "doctor_assets_ok")


def check_fonts() -> Check:
    """The fonts that chat pictures are drawn with are there; without those of a few scripts and emoji, code points are
    drawn for their letters."""
    try:
        missing = absent_fonts()
    except SeawallError as refusal:
        return refused("fonts", refusal.code, dict(refusal.params))
    if missing:
        return warn("fonts", "doctor_fonts_missing", fonts=", ".join(missing))
    return ok("fonts", "doctor_fonts_ok")
