"""`python -m bench.intents [--misses] [PART ...]`: accuracy per language and label, scores against truth, speed."""

import sys

from bench.intents.score import PARTS, Part, Tally, load, score, speed


def main(arguments: list[str]) -> int:
    """Print the table of each part; with --misses also every reply that was judged otherwise."""
    show = "--misses" in arguments
    chosen = [name for name in arguments if not name.startswith("-")] or list(PARTS)
    for name in chosen:
        _print_part(score(name), score(name, tell_language=False), show)
    cases = [case for name in chosen for case in load(name)]
    print(f"\nspeed: {speed(cases):.2f} ms a reply ({len(cases)} replies)")
    return 0


def _print_part(told: Part, guessed: Part, show: bool) -> None:
    print(f"\n{told.name}: {sum(tally.all for tally in told.by_label.values())} replies")
    print(f"{'language':<24}{'replies':>9}{'accuracy':>10}{'not told':>10}")
    for key, tally in [*sorted(told.by_language.items()), ("all", _sum(told))]:
        other = guessed.by_language[key] if key != "all" else _sum(guessed)
        print(f"{key:<24}{tally.all:>9}{tally.accuracy:>10.3f}{other.accuracy:>10.3f}")
    print(f"{'label':<24}{'replies':>9}{'accuracy':>10}")
    for key, tally in sorted(told.by_label.items()):
        print(f"{key:<24}{tally.all:>9}{tally.accuracy:>10.3f}")
    print(f"{'score':<24}{'replies':>9}{'accuracy':>10}")
    for value, tally in sorted(told.by_score.items()):
        print(f"{value:<24}{tally.all:>9}{tally.accuracy:>10.3f}")
    for (wanted, got), count in told.taken_for.most_common(8):
        print(f"  {count:>3}  {wanted} taken for {got}")
    if show:
        for case, intent in told.misses:
            print(f"  {case.id}  {case.label.value} -> {intent.label.value} {intent.score}  {case.text}")


def _sum(part: Part) -> Tally:
    tallies = part.by_language.values()
    return Tally(sum(each.right for each in tallies), sum(each.all for each in tallies))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
