"""`python -m bench.lint [--misses] [PART ...]`: precision and recall per rule and language, and the speed."""

import sys

from bench.lint.score import PARTS, Part, load, score, speed


def main(arguments: list[str]) -> int:
    """Print the table of each part; with --misses also every sentence that was judged otherwise."""
    show = "--misses" in arguments
    chosen = [name for name in arguments if not name.startswith("-")] or list(PARTS)
    for name in chosen:
        _print_part(score(name), show)
    messages = [case.message for name in chosen for case in load(name)]
    print(f"\nspeed: {speed(messages):.2f} ms a message ({len(messages)} messages)")
    return 0


def _print_part(part: Part, show: bool) -> None:
    print(f"\n{part.name}: {part.cases} messages")
    print(f"{'rule':<28}{'hit':>6}{'extra':>7}{'missed':>8}{'precision':>11}{'recall':>8}")
    for key, tally in part.rows():
        print(f"{key:<28}{tally.hit:>6}{tally.extra:>7}{tally.missed:>8}{tally.precision:>11.3f}{tally.recall:>8.3f}")
    if show:
        for kind, rule, case in part.misses:
            print(f"  {kind:<7} {rule:<26} {case.id}  {case.message.text}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
