"""A report on its way into a pack, and a report of a pack that is sealed."""

from collections.abc import Sequence
from pathlib import Path

from seawall.evidence.report.making import Progress, Wishes, make_report
from seawall.evidence.report.source import Fresh, Sealed
from seawall.evidence.seal.members import Member, member_of
from seawall.evidence.seal.packfile import Further
from seawall.evidence.seal.problems import Problems
from seawall.evidence.seal.reader import PackReader, open_pack
from seawall.evidence.seal.verify import verify_pack
from seawall.kernel.errors import Refused


def report_members(folder: Path, wishes: Wishes, progress: Progress | None = None) -> Further:
    """What makes a pack's report while it is sealed. The files lie in `folder` until the pack is written."""

    def further(members: Sequence[Member]) -> Sequence[Member]:
        return [member_of(path.name, path) for path in make_report(Fresh(members), folder, wishes, progress)]

    return further


def report_of(pack: Path, folder: Path, wishes: Wishes, progress: Progress | None = None) -> list[Path]:
    """The report of a sealed pack, written into `folder`; unsigned, it is byte for byte the one a pack sealed with a
    report holds, as long as typst and the fonts are the same.

    Raises Refused(report_pack_not_whole) for a pack that does not verify: nothing is drawn from what may be made up.
    """
    found = verify_pack(pack)
    if not found.ok:
        first = found.problems[0]
        raise Refused("report_pack_not_whole", name=pack.name, what=f"{first.path}: {first.what}"[:300])
    problems = Problems(None)
    file = open_pack(pack, problems)
    if file is None:
        raise Refused("report_pack_not_whole", name=pack.name, what=problems.listed()[0].what)
    with file:
        reader = PackReader(file, file.seek(0, 2), pack.name, problems)
        reader.read_structure()
        return make_report(Sealed(reader), folder, wishes, progress)
