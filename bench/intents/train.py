"""`python -m bench.intents.train [PART ...]`: make the weights of the similarity net from our own labelled replies.

Logistic regression by stochastic descent with per-weight steps, in plain Python: some thirty seconds. The same replies
give the same bytes.
"""

import gzip
import hashlib
import json
import math
import random
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence

from bench.intents.score import Case, load

from seawall.inbox.intents.model import PRIORITY, Label
from seawall.inbox.intents.reading import folded
from seawall.inbox.intents.similarity import SCALE, WEIGHTS, pieces

TRAINED_ON = ("tuning", "heldout", "probe", "probe2", "more")
_ROUNDS, _STEP, _LEAST, _SMALL = 12, 0.3, 2, 0.005
_Sample = tuple[list[int], float, int]


def digest(cases: Sequence[Case]) -> str:
    """The SHA-256 of the replies and their labels, so that stale weights are seen."""
    lines = "\n".join(f"{case.label.value}\t{case.text}" for case in cases)
    return hashlib.sha256(lines.encode()).hexdigest()


def cases_of(parts: Sequence[str]) -> list[Case]:
    """The labelled replies of some parts, in order."""
    return [case for part in parts for case in load(part)]


def trained(cases: Sequence[Case]) -> bytes:
    """The weights file made from these replies."""
    sets = [sorted(pieces(folded(case.text))) for case in cases]
    counts = Counter(piece for each in sets for piece in each)
    kept = sorted(piece for piece, count in counts.items() if count >= _LEAST)
    places = {piece: at for at, piece in enumerate(kept, start=1)}
    samples: list[_Sample] = []
    for each, case in zip(sets, cases, strict=True):
        known = [0, *(places[piece] for piece in each if piece in places)]
        samples.append((known, 1 / math.sqrt(len(known)), PRIORITY.index(case.label)))
    rows = _descended(samples, len(kept) + 1)
    values = bytes(min(127, max(-127, round(value * SCALE))) & 0xFF for row in rows for value in row)
    body = {
        "labels": [label.value for label in PRIORITY],
        "digest": digest(cases),
        "pieces": kept,
        "values": b64encode(values).decode(),
    }
    return gzip.compress(json.dumps(body, ensure_ascii=False).encode(), mtime=0)


def _descended(samples: list[_Sample], size: int) -> list[list[float]]:
    width = len(Label)
    rows = [[0.0] * width for _ in range(size)]
    seen = [[1e-6] * width for _ in range(size)]
    shuffled = list(samples)
    order = random.Random(1)
    for _ in range(_ROUNDS):
        order.shuffle(shuffled)
        for known, share, wanted in shuffled:
            wrong = _shares([sum(column) * share for column in zip(*(rows[at] for at in known), strict=True)])
            wrong[wanted] -= 1
            moves = [(label, each * share) for label, each in enumerate(wrong) if abs(each) > _SMALL]
            for at in known:
                row, steps = rows[at], seen[at]
                for label, each in moves:
                    steps[label] += each * each
                    row[label] -= _STEP * each / math.sqrt(steps[label])
    return rows


def _shares(points: list[float]) -> list[float]:
    top = max(points)
    raised = [math.exp(each - top) for each in points]
    total = sum(raised)
    return [each / total for each in raised]


def main(arguments: list[str]) -> int:
    """Write the weights from the named parts, or from those that are trained on."""
    WEIGHTS.write_bytes(trained(cases_of(arguments or TRAINED_ON)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
