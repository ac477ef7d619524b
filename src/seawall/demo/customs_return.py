"""The demo's script: the customs storm, step by step, by the same commands a person would type.

Every step may be repeated: what is done already is found done. A Ctrl-C leaves the database, the simulator's journal
and this script's small state file; the next run goes on from there.
"""

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from rich.padding import Padding

from seawall.cli.output import err
from seawall.cli.progress import bar
from seawall.demo import scene
from seawall.demo.cancelling import cancel_orders
from seawall.demo.ending import judge, show_numbers, show_sealing_time, totals
from seawall.demo.limits import Limits, TimeMover
from seawall.demo.people import hand_in_consents, people_and_shops, send_by_consent
from seawall.demo.stage import Beside, Commands, DemoState, SideDoor, answers, free_port, wait_for
from seawall.incidents.states import IncidentState
from seawall.kernel.clock import SYSTEM_CLOCK, may_be_moved, monotonic, run_ahead
from seawall.kernel.errors import Refused
from seawall.settings.env import get_settings
from seawall.settings.moved_time import MovedTime

SAMPLE_S, SETTLE_S = 120, 180
BATCHES_AT_ONCE = 20
"""Batches a simulated person works before the next one has its turn: a thousand messages (ours)."""
_ORDER = [state.value for state in IncidentState]


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def pending(door: SideDoor, what: str) -> int:
    """How much of something is still on its way at all marketplaces together."""
    return sum(int(each.summary(door)[what]) for each in scene.MARKETPLACES)


class CustomsReturn:
    """Plays the storm; `play` returns the exit code."""

    def __init__(
        self, *, orders: int, seed: int, limits: Limits, is_fresh: bool, keep_open: bool,
        call: Callable[[list[str]], int],
    ) -> None:  # fmt: skip
        self._wanted = (orders, seed)
        self._limits = limits
        self._is_fresh = is_fresh
        self._keep_open = keep_open
        self._commands = Commands(call, lambda line: err.print(line, style="cyan", markup=False))
        self._beside = Beside()
        self._folder = get_settings().home / "demo"
        self._mover: TimeMover | None = None
        self._last_left: float | None = None

    def play(self) -> int:
        """All steps. Stops cleanly on Ctrl-C."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._heed_moved_time()
        # Ended by a supervisor or by closing the terminal is the same as Ctrl-C: the processes beside it must end too.
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        try:
            return self._play()
        except KeyboardInterrupt:
            err.print("\nStopped. `make demo` (or `seawall demo customs-return`) goes on from here.", style="yellow")
            return 130
        finally:
            self._beside.end()

    def _heed_moved_time(self) -> None:
        """This process and those beside it live in the demo's time, also a demo after one that moved it."""
        file = self._folder / "moved-time"
        if self._limits is Limits.REAL or file.exists():
            os.environ["SEAWALL_MOVED_TIME_FILE"] = str(file)
            run_ahead(MovedTime(file).span)

    def _play(self) -> int:
        self._say("1 Database", "An administrator makes the tables once.")
        self._commands.run("migrate")
        state = self._state()
        self._say(
            "2 Marketplaces",
            "Simulated Shopee, Lazada and TikTok Shop open on this machine; real ones would just be there.",
        )
        door = self._open_marketplaces(state)
        self._say(
            "3 Team, seller and shops", "An administrator adds the team, the seller and the shops, and connects them."
        )
        people_and_shops(self._commands.run, state, self._limits, self._work_folder(state))
        self._say("4 Orders", "The seller hands over the export files; the lead imports them.")
        files = self._import(state)
        self._say("5 Storm and facts", "The lead opens the storm and writes the facts; the seller attests them.")
        code = self._open_storm(state, files)
        self._say(
            "6 Script and plan",
            "The lead takes the wording from the library; the lint lets it pass; the plan counts who can be reached.",
        )
        self._prepare(code)
        self._say("7 Console", "The web server and a worker start; the worker is what sends.")
        self._serve(state, door)
        self._say(
            "8 Sample and approval",
            "One real message; the seller reads it and approves. Here the seller is SIMULATED and says so.",
        )
        self._sample_and_approve(code)
        self._say(
            "9 Roll-out",
            "Waves of 20, 500 and the rest, each shop at its own pace; anyone may pause. Where Shopee wants a person to"
            " press a key, people at seats press: here they are SIMULATED and say so.",
        )
        self._roll_out(code)
        self._settle(code, door)
        self._say(
            "10 Cancellations",
            "Orders that have not left yet are cancelled, each after its message: the lead lists them and chooses a"
            " reason, the seller approves both, the worker asks the platform about each order and calls once.",
        )
        cancel_orders(self._commands, code)
        self._say("11 Evidence", "What the platform's own record says of every order, sealed and verified.")
        return self._finish(state, code, door)

    def _say(self, title: str, words: str) -> None:
        err.print(f"\n[bold]{title}[/bold]  [dim]{words}[/dim]")

    def _state(self) -> DemoState:
        path = self._folder / "state.json"
        known = DemoState.load(path)
        orders, seed = self._wanted
        if known is not None and not known.is_finished and not self._is_fresh:
            if known.orders != orders:
                err.print(
                    f"Going on with the unfinished storm of {known.orders:,} orders (--fresh begins another).",
                    style="yellow",
                )
            self._limits = Limits(known.limits)
            self._heed_moved_time()
            known.simulator_port = free_port(known.simulator_port)
            known.save(path)
            return known
        if known is not None:
            seed = max(seed, known.seed + 1)
        made = scene.new_state(
            orders=orders, seed=seed, limits=self._limits, now=SYSTEM_CLOCK.now(), port=free_port(8790)
        )
        made.save(path)
        return made

    def _work_folder(self, state: DemoState) -> Path:
        folder = self._folder / f"storm-{state.seed}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _open_marketplaces(self, state: DemoState) -> SideDoor:
        folder = self._work_folder(state)
        child = self._beside.start(
            "simulators", "run", "--platform", "all", "--port", str(state.simulator_port),
            "--state", str(folder / "marketplaces.journal"), "--log", str(folder / "accepted.jsonl"),
            "--seed", str(state.seed), "--set", "lazada.order_age_days=30",
            # TikTok Shop would cancel what was not shipped in time, and close the chat with it: the storm stands still.
            "--set", "tiktok-shop.orders_move=false",
            *self._limits.switches,
            # Pushes are repeated within seconds, not hours.
            "--set", "shopee.push_time_scale=0.02", "--set", "tiktok-shop.push_retry_scale=0.04",
            "--set", f"buyer_delay_s={scene.BUYER_DELAY_S[0]},{scene.BUYER_DELAY_S[1]}", "--set", "push_retry_s=5",
            "--faults", str(Path(__file__).parent / "faults.toml"), log=folder / "simulator.log",
        )  # fmt: skip
        door = SideDoor(state.simulator_port)
        door.await_up(child)
        if may_be_moved():
            self._mover = TimeMover(self._folder / "moved-time", door)
            self._mover.catch_up()
        scene.set_up_marketplaces(door, state)
        return door

    def _import(self, state: DemoState) -> dict[str, Path]:
        folder = self._work_folder(state) / "exports"
        with bar() as shown:
            task = shown.add_task("export files", total=len(scene.SHOPS))
            files = scene.hand_over_files(state, folder)
            shown.update(task, completed=len(files))
        for code, path in files.items():
            result = self._commands.run(
                "orders", "import", str(path), "--shop", code, "--yes", by=scene.LEAD, show=False
            )
            stored = result["stored"]
            err.print(
                f"  {code}  {path.name}: {stored['new']:,} new, {stored['changed']:,} changed,"
                f" {stored['same']:,} the same"
            )
        return files

    def _open_storm(self, state: DemoState, files: dict[str, Path]) -> str:
        run, folder = self._commands.run, self._work_folder(state)
        if not state.incident:
            title = f"Customs return, container SWLU 204817-3 (demo {state.seed})"
            opened = run("incident", "open", "--seller", scene.SELLER, "--title", title, "--training", by=scene.LEAD)
            state.incident = opened["incident"]
            state.save(self._folder / "state.json")
        code = state.incident
        if not self._is_past(code, IncidentState.OPENED):
            run(
                "incident",
                "facts",
                code,
                "--file",
                str(scene.facts_file(state, folder, now=SYSTEM_CLOCK.now())),
                by=scene.LEAD,
            )
            run("incident", "paper", code, str(scene.paper_file(folder)), by=scene.LEAD)
            if self._limits is Limits.NONE:
                hand_in_consents(run, code, folder)
            digest = self._show(code)["facts"]["digest"]
            run("incident", "attest", code, "--seen", digest, by=scene.APPROVER)
            if self._limits is Limits.NONE:
                send_by_consent(run)
        if not self._is_past(code, IncidentState.SCRIPT_READY):
            run("incident", "add-orders", code, *[str(path) for path in files.values()], by=scene.LEAD, show=False)
        return code

    def _prepare(self, code: str) -> None:
        if not self._is_past(code, IncidentState.FACTS_ATTESTED):
            self._commands.run("incident", "script", code, by=scene.LEAD)
        if not self._is_past(code, IncidentState.SCRIPT_READY):
            plan = self._commands.run("outreach", "plan", code, by=scene.LEAD, show=False)
            err.print(
                f"  planned {plan['planned']:,} in {plan['messages']:,} messages:"
                f" {plan['by_worker']:,} by API, {plan['by_seat']:,} by seats,"
                f" {plan['no_connection']:,} no connection yet;"
                f" {plan['minutes_at_our_pace'] or 'under 1'} min at our pace; waves {plan['waves']}",
                markup=False,
            )
            err.print(f"  {plan['reach']['sentence']}", markup=False)
        if self._limits is Limits.REAL and self._show(code)["roll_out"]["tuning"]["quiet_hours"] == "off":
            why = "buyers are left alone at night, also in this exercise"
            self._commands.run("outreach", "tune", code, "--quiet-hours", "kept", "--why", why, by=scene.LEAD)

    def _serve(self, state: DemoState, door: SideDoor) -> None:
        settings = get_settings()
        port = free_port(settings.port)
        os.environ["SEAWALL_PORT"] = str(port)
        address = f"http://127.0.0.1:{port}"
        self._beside.start("serve", "--port", str(port), log=self._work_folder(state) / "serve.log")
        if not wait_for(lambda: answers(f"{address}/healthz"), seconds=90):
            raise Refused("demo_console_did_not_start", log=str(self._work_folder(state) / "serve.log"))
        for place in scene.MARKETPLACES:
            place.push_to(door, f"{address}/hooks/{place.platform.value}/{place.app_key}/")
        self._address = address
        err.print(f"  console at {address}")

    def _sample_and_approve(self, code: str) -> None:
        run = self._commands.run
        show = self._show(code)
        if show["state"] == "planned":
            if show["roll_out"]["state"] == "planned":
                run("outreach", "sample", code, by=scene.LEAD)

            def is_out() -> bool:
                self._seats_press(code)
                now = self._show(code)
                self._move_on(now)
                return bool(now["state"] != "planned")

            if not wait_for(is_out, seconds=SAMPLE_S):
                raise Refused("demo_took_too_long", step="sample")
        show = self._show(code)
        if show["state"] == "sample_sent":
            sample = show["roll_out"]["sample"]
            err.print(f"  order {sample['order']}, {sample['language']}, {sample['state']}:", markup=False)
            err.print(Padding(sample["text"], (0, 4)), soft_wrap=False)
            run("outreach", "approve", code, "--binding", show["roll_out"]["binding"], by=scene.APPROVER)

    def _seats_press(self, code: str) -> None:
        """Every simulated seat takes batches and presses each message of them, as a person would."""
        for seat in scene.SEATS:
            for _ in range(BATCHES_AT_ONCE):
                batch = self._commands.run("seat", "take", code, "--size", "50", by=seat, show=False)["in_hand"]
                if not batch:
                    break
                seen = [word for each in batch for word in ("--seen", each["sha256"])]
                # A pause in mid-batch refuses presses; the person reads why and waits.
                try:
                    self._commands.run(
                        "seat", "press", *[str(each["message"]) for each in batch], *seen, by=seat, show=False
                    )
                except Refused:
                    break

    def _roll_out(self, code: str) -> None:
        run, show = self._commands.run, self._show(code)
        if show["state"] == "approved":
            run("outreach", "start", code, by=scene.LEAD)
            show = self._show(code)
        if show["roll_out"]["state"] == "paused":
            run("outreach", "resume", code, "--why", "the demo goes on after a pause", by=scene.LEAD)
        with bar() as shown:
            total = show["planned"] - show["outcomes"]["no_connection"] - show["outcomes"]["unreachable"]
            task = shown.add_task("messages", total=total)

            def is_done() -> bool:
                self._seats_press(code)
                now = self._show(code)
                waiting = sum(now["outcomes"][name] for name in ("waiting", "claimed", "unknown"))
                shown.update(
                    task, completed=total - waiting, description=f"messages, wave {now['roll_out']['open_wave']}"
                )
                if now["roll_out"]["state"] == "paused":
                    raise Refused("demo_paused", why=str(now["roll_out"]["paused"]))
                self._move_on(now)
                return bool(now["state"] not in ("approved", "rolling_out"))

            is_running = show["state"] in ("approved", "rolling_out")
            if not wait_for(is_done, seconds=300 + total, pause=1.0):
                raise Refused("demo_took_too_long", step="roll-out")
            if is_running:
                self._last_left = monotonic()

    def _move_on(self, show: dict[str, Any]) -> None:
        if self._limits is Limits.REAL and self._mover is not None and self._mover.move_on(show):
            err.print(f"  all lanes wait: time is moved on to {SYSTEM_CLOCK.now():%d %b %H:%M} UTC", style="dim")

    def _settle(self, code: str, door: SideDoor) -> None:
        """Let the platform's last pushes arrive: proof, reads and answers."""
        with bar() as shown:
            start = pending(door, "plans_pending")
            task = shown.add_task("pushes and answers", total=start)

            def is_quiet() -> bool:
                plans = pending(door, "plans_pending")
                shown.update(task, completed=max(0, start - plans))
                left = pending(door, "pushes_pending") + pending(door, "pushes_busy") + plans
                return left == 0 and not self._show(code)["outcomes"]["acknowledged"]

            wait_for(is_quiet, seconds=SETTLE_S, pause=1.0)

    def _finish(self, state: DemoState, code: str, door: SideDoor) -> int:
        began = monotonic()
        pack = self._commands.run("evidence", "pack", code, by=scene.LEAD, show=False)
        sealed = monotonic()
        report = self._commands.run("evidence", "verify", pack["path"])
        result, marketplace = self._show(code), self._marketplaces_say(state, door)
        problems = judge(result, pack, report, marketplace, wanted=state.orders, messages=result["messages"])
        show_numbers(result, pack, marketplace)
        if self._last_left is not None:
            show_sealing_time(self._last_left, began, sealed)
        for problem in problems:
            err.print(f"✗ {problem}", style="red", markup=False)
        if problems:
            return 1
        state.is_finished = True
        state.save(self._folder / "state.json")
        err.print("verified", style="bold green")
        if self._keep_open:
            link = self._commands.run("link", scene.LEAD, by=scene.ADMIN, show=False)
            err.print(
                f"\nConsole: {self._address}\nSign in once as the demo's lead: {link['url']}\nCtrl-C ends it.",
                markup=False,
            )
            print(pack["path"], flush=True)  # noqa: T201  # the result of the whole run, on standard output
            with contextlib.suppress(KeyboardInterrupt):
                wait_for(lambda: False, seconds=10**9, pause=1.0)
            return 0
        print(pack["path"], flush=True)  # noqa: T201  # the last line, for scripts
        return 0

    def _marketplaces_say(self, state: DemoState, door: SideDoor) -> dict[str, int]:
        numbers = {order.order_id for order in scene.orders_of(state)}
        return totals(door, self._work_folder(state) / "accepted.jsonl", numbers)

    def _show(self, code: str) -> dict[str, Any]:
        result: dict[str, Any] = self._commands.run("incident", "show", code, by=scene.LEAD, show=False)
        return result

    def _is_past(self, code: str, state: IncidentState) -> bool:
        return _ORDER.index(self._show(code)["state"]) > _ORDER.index(state.value)
