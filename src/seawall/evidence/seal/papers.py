"""The small members of a pack: facts, papers, scripts, approvals, timeline, summary."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from seawall.evidence.records import Approval, AttachedFile, Json, PackContents, ScriptVersion, TimelineEntry
from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import canonical, instant
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.members import Member, Spool, member_of
from seawall.evidence.seal.tally import Tally

SIMULATED_APPROVAL = (
    "SIMULATED: given by a stand-in seller in an exercise, not by a person. 演练：由模拟卖家批准，并非真人批准。"
)


def json_member(path: str, value: Json) -> Member:
    """A member of canonical JSON."""
    return member_of(path, canonical(value))


def attached(folder: str, files: Sequence[AttachedFile]) -> list[tuple[AttachedFile, Member]]:
    """Each file with its measured member. Raises PackRefused(pack_file_changed) when the hash of arrival differs."""
    found = []
    for place, file in enumerate(files, 1):
        # A screenshot is named by its own hash already: that is all its name says.
        name = file.name if layout.is_hash_name(file.name, file.sha256) else layout.file_name(place, file.name)
        member = member_of(f"{folder}/{name}", file.content)
        if file.sha256 and file.sha256.lower() != member.sha256:
            raise PackRefused("pack_file_changed", name=file.name)
        found.append((file, member))
    return found


def facts_member(
    contents: PackContents,
    papers: Sequence[tuple[AttachedFile, Member]],
    screenshots: Sequence[tuple[AttachedFile, Member]],
) -> Member:
    """facts.json: the attested facts and what each attached file is."""
    return json_member(
        layout.FACTS,
        {
            "facts": contents.facts,
            "incident": incident_json(contents),
            "papers": [_file_json(file, member) for file, member in papers],
            "screenshots": [_file_json(file, member) for file, member in screenshots],
        },
    )


def _file_json(file: AttachedFile, member: Member) -> dict[str, Json]:
    return {
        "name": file.name,
        "note": file.note,
        "path": member.path,
        "received_at": instant(file.received_at) if file.received_at else None,
        "sha256": member.sha256,
        "size": member.size,
    }


def incident_json(contents: PackContents) -> dict[str, Json]:
    """The incident as manifest, facts and summary name it."""
    head = contents.incident
    return {
        "kind": head.kind,
        "opened_at": instant(head.opened_at),
        "reference": head.reference,
        "seller": head.seller,
        "team": head.team,
        "title": head.title,
    }


def script_members(scripts: Sequence[ScriptVersion]) -> list[Member]:
    """script/script.json and one text file a language and version. Raises PackRefused for two of one version."""
    members: list[Member] = []
    listed: list[Json] = []
    for place, script in enumerate(scripts, 1):
        texts: list[Json] = []
        for language, text in sorted(script.texts.items()):
            path = f"script/{place:02d}/{language}.txt"
            member = member_of(path, text.encode("utf-8"))
            if not layout.is_safe_name(path):
                raise PackRefused("pack_language_tag", found=language)
            texts.append({"language": language, "path": path, "sha256": member.sha256, "size": member.size})
            members.append(member)
        listed.append(
            {
                "digest": script.digest,
                "source_language": script.source_language,
                "texts": texts,
                "version": script.version,
            }
        )
    if len({script.digest for script in scripts}) != len(scripts):
        raise PackRefused("pack_script_twice")
    return [*members, json_member(layout.SCRIPTS, {"scripts": listed})]


def approvals_member(contents: PackContents) -> Member:
    """approvals.json. Raises PackRefused(pack_approval_simulated): a real pack holds no simulated approval."""
    for approval in contents.approvals:
        if approval.is_simulated and not contents.is_simulated:
            raise PackRefused("pack_approval_simulated", by=approval.by, step=approval.step)
    listed: list[Json] = [_approval_json(approval) for approval in contents.approvals]
    return json_member(layout.APPROVALS, {"approvals": listed})


def _approval_json(approval: Approval) -> dict[str, Json]:
    return {
        "at": instant(approval.at),
        "binds": dict(approval.binds),
        "by": approval.by,
        "digest": approval.digest,
        "is_simulated": approval.is_simulated,
        "note": approval.note,
        "on_behalf_of": approval.on_behalf_of,
        "plainly": SIMULATED_APPROVAL if approval.is_simulated else "",
        "step": approval.step,
    }


def timeline_spool(entries: Iterable[TimelineEntry], folder: Path) -> Spool:
    """timeline.jsonl, spooled."""
    spool = Spool(layout.TIMELINE, folder)
    for entry in entries:
        line: dict[str, Json] = {
            "action": entry.action,
            "after": entry.after,
            "at": instant(entry.at),
            "before": entry.before,
            "by": entry.by,
            "note": entry.note,
            "on_behalf_of": entry.on_behalf_of,
            "subject": entry.subject,
        }
        spool.write(canonical(line) + b"\n")
    return spool


def summary_json(contents: PackContents, tally: Tally) -> dict[str, Json]:
    """summary.json: N planned = the sum of the outcomes, counted from the orders of this pack."""
    return {
        "counts": tally.as_json(contents.outcomes),
        "format": layout.FORMAT,
        "incident": incident_json(contents),
        "is_simulated": contents.is_simulated,
        "label": layout.SIMULATED if contents.is_simulated else "",
        "planned": contents.planned,
        "sealed_at": instant(contents.sealed_at),
    }


def sums(files: Iterable[tuple[str, str]]) -> bytes:
    """SHA256SUMS of (path, sha256), as `sha256sum -c` reads it from the unpacked pack's top folder."""
    return "".join(f"{sha256}  {path}\n" for path, sha256 in files).encode("ascii")
