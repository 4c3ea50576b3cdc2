"""Keeps a handful of programs running and stops them in reverse order."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from youke.embedded.errors import StartError, StopRequested
from youke.embedded.process import Process, Program, describe_exit, last_words

START_TIMEOUT_S = 120.0
FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 30.0
#: After so long a life a death is news and not a series.
STEADY_S = 60.0
TICK_S = 0.1


def backoff_s(deaths: int) -> float:
    """Return how long to wait before start number `deaths` + 1: 0.5, 1, 2, ... 30."""
    doublings = min(max(deaths - 1, 0), 10)
    return min(FIRST_BACKOFF_S * 2.0**doublings, LONGEST_BACKOFF_S)


@dataclass
class _Watched:
    """A program, its present process, and how it fared lately."""

    program: Program
    process: Process
    deaths: int = 0
    restart_at: float | None = None
    is_recovering: bool = False
    is_finished: bool = False


class Supervisor:
    """Starts programs, restarts those that die, stops all.

    Everything happens in the thread that calls: the kernel ties a child's death
    signal to the thread that started it.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._watched: dict[str, _Watched] = {}
        self._stop_requests = 0

    def request_stop(self, *_signal: object) -> None:
        """Ask to stop; asked a second time, everything is killed. A signal handler."""
        self._stop_requests += 1

    @property
    def is_stopping(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stop_requests > 0

    def pid(self, name: str) -> int:
        """Return the present process id of a program."""
        return self._watched[name].process.pid

    def launch(self, program: Program) -> None:
        """Start a program without waiting until it serves."""
        self._watched[program.name] = _Watched(program, Process(program))

    def start(self, program: Program) -> None:
        """Start a program and wait until it serves."""
        self.launch(program)
        self.wait_until_ready(program.name)

    def run(self, program: Program) -> None:
        """Run a program to its end.

        :raises StartError: when it fails.
        :raises StopRequested:
        """
        self.launch(program)
        watched = self._watched[program.name]
        while (code := watched.process.poll()) is None:
            self.sleep(TICK_S / 2)
        if code != 0:
            raise self._start_error(watched, describe_exit(code))
        watched.is_finished = True
        self._say(f"{program.name} done ({watched.process.age_s:.1f} s)")

    def wait_until_ready(self, name: str) -> None:
        """Wait until a program serves, and say so.

        :raises StartError: when it ends, or takes two minutes.
        :raises StopRequested:
        """
        watched = self._watched[name]
        reason = self._not_ready(watched)
        while reason is not None:
            if watched.process.age_s > START_TIMEOUT_S:
                raise self._start_error(watched, reason)
            self.sleep(TICK_S / 2)
            reason = self._not_ready(watched)
        self._say(f"{name} ready ({watched.process.age_s:.1f} s)")

    def _not_ready(self, watched: _Watched) -> str | None:
        code = watched.process.poll()
        if code == 0 and watched.program.once:
            return None
        if code is not None:
            raise self._start_error(watched, describe_exit(code))
        return watched.program.probe() if watched.program.probe else None

    def _start_error(self, watched: _Watched, reason: str) -> StartError:
        log = watched.program.log
        return StartError(
            name=watched.program.name, reason=f"{reason}; {last_words(log)}", log=log
        )

    def sleep(self, seconds: float) -> None:
        """Sleep.

        :raises StopRequested: also when the request came before.
        """
        if self.is_stopping:
            raise StopRequested
        time.sleep(seconds)

    def watch(self) -> None:
        """Restart what dies until somebody asks to stop."""
        while not self.is_stopping:
            self.tick()
            time.sleep(TICK_S)

    def tick(self) -> None:
        """Look after every program once."""
        for watched in self._watched.values():
            self._look_after(watched)

    def _look_after(self, watched: _Watched) -> None:
        if watched.is_finished:
            return
        if watched.restart_at is not None:
            self._restart_when_due(watched)
        elif (code := watched.process.poll()) is not None:
            self._note_death(watched, code)
        elif watched.is_recovering:
            self._note_recovery(watched)

    def _note_death(self, watched: _Watched, code: int) -> None:
        name = watched.program.name
        if watched.program.once and code == 0:
            watched.is_finished = True
            self._say(f"{name} done")
            return
        is_news = watched.process.age_s > STEADY_S
        watched.deaths = 1 if is_news else watched.deaths + 1
        delay = backoff_s(watched.deaths)
        watched.restart_at = time.monotonic() + delay
        how = describe_exit(code)
        self._say(f"{name} stopped ({how}); starting it again in {delay:g} s")

    def _restart_when_due(self, watched: _Watched) -> None:
        if watched.restart_at and time.monotonic() >= watched.restart_at:
            watched.process = Process(watched.program)
            watched.restart_at = None
            watched.is_recovering = True

    def _note_recovery(self, watched: _Watched) -> None:
        if watched.program.probe is None or watched.program.probe() is None:
            watched.is_recovering = False
            age = watched.process.age_s
            self._say(f"{watched.program.name} ready again ({age:.1f} s)")

    def stop(self) -> None:
        """Stop everything, the highest layer first; nothing is left over."""
        processes = [watched.process for watched in self._watched.values()]
        layers = {process.program.layer for process in processes}
        for layer in sorted(layers, reverse=True):
            self._stop_together([p for p in processes if p.program.layer == layer])
        self._watched.clear()

    def _stop_together(self, processes: list[Process]) -> None:
        for process in processes:
            process.ask_to_stop()
        for process in processes:
            process.wait_for_end(lambda: self._stop_requests > 1)
