"""Freeze a version of a step's wording: checked by the lint in every language for every platform it will go to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, Refused
from seawall.kernel.languages import BUYER_LANGUAGES, Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.gate import Blocked, check_script
from seawall.scripts.models import ScriptText, ScriptVersion
from seawall.scripts.rendering import script_digest
from seawall.tenancy.api import Actor, scoped
from seawall.timeline.api import record


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One language's text with its gloss for the seller."""

    text: str
    gloss_zh: str


@dataclass(frozen=True, kw_only=True)
class SubmitScript:
    """A step's wording in the Chinese source and the six buyer languages."""

    incident_id: int
    step: str
    wording: Mapping[Language, Wording]
    audience: Collection[tuple[Platform, Market]]
    """Where it will go: each pair is checked with the platform's own limits."""
    facts: tuple[str, ...]


class ScriptBlocked(Refused):
    """The lint found something that may not leave the house; `findings` says what and where."""

    def __init__(self, findings: list[Blocked]) -> None:
        first = findings[0]
        super().__init__(
            "script_blocked", count=len(findings), rule=first.rule, language=first.language.value, words=first.words
        )
        self.findings = findings


def submit_script(cmd: SubmitScript, *, by: Actor, clock: Clock) -> ScriptVersion:
    """The frozen version. The very same wording submitted again gives the version that stands; another gloss alone is
    another version, since the seller approves by what the gloss says.

    Raises InvalidInput(script_language_missing) and ScriptBlocked.
    """
    by.require("script.write")
    for language in (Language.ZH_HANS, *BUYER_LANGUAGES):
        if not cmd.wording.get(language) or not cmd.wording[language].text.strip():
            raise InvalidInput("script_language_missing", language=language.value)
    texts = {language: wording.text for language, wording in cmd.wording.items()}
    findings = check_script(texts, cmd.audience, cmd.facts)
    if findings:
        raise ScriptBlocked(findings)
    digest = script_digest(texts)
    with transaction.atomic():
        newest = newest_version(by, cmd.incident_id, cmd.step)
        if newest is not None and says_the_same(newest, cmd.wording):
            return newest
        number = newest.number + 1 if newest else 1
        version = ScriptVersion.objects.create(
            team_id=by.team_id, incident_id=cmd.incident_id, step=cmd.step, number=number, is_frozen=True,
            digest=digest, author_id=by.user_id, created_at=clock.now(), frozen_at=clock.now(),
        )  # fmt: skip
        ScriptText.objects.bulk_create(
            ScriptText(version=version, language=language.value, text=wording.text, gloss_zh=wording.gloss_zh)
            for language, wording in cmd.wording.items()
        )
        record(
            team_id=by.team_id, incident_id=cmd.incident_id, verb="script.submit", clock=clock, by=by,
            subject=f"script_version:{version.pk}", after={"step": cmd.step, "number": number, "digest": digest},
        )  # fmt: skip
    return version


def says_the_same(version: ScriptVersion, wording: Mapping[Language, Wording]) -> bool:
    """Whether a version holds this wording: every text and every gloss, in the same languages."""
    held = {text.language: (text.text, text.gloss_zh) for text in version.texts.all()}
    return held == {language.value: (each.text, each.gloss_zh) for language, each in wording.items()}


def newest_version(by: Actor, incident_id: int, step: str) -> ScriptVersion | None:
    """The newest version of a step's wording; None before the first."""
    rows = scoped(ScriptVersion, by).filter(incident_id=incident_id, step=step)
    return rows.select_related("author").prefetch_related("texts").order_by("-number").first()
