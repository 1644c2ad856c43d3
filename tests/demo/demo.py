#!/usr/bin/env python3
"""The main job, live in a terminal: a morning's ramp on a real control plane, predictive beside reactive.

What: the working day of tests/e2e/daily.py with a picture four times a second, and a summary at the end. Where the
output is not a terminal it writes plain lines. Why: one should see it once before one believes a figure. About five
minutes, four of them play; Ctrl-C ends everything that was started.
"""
import argparse, re, shutil, signal, sys, threading, time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

import play  # first: it knows where the modules are
import daily, objects, record, scorecard
from api import ApiError
from cluster import ClusterError
from controller import binary
from view import View

DRAW_S, KUBECTL_S, PLAIN_S = .25, 2.0, 10.0


class Demo:
    def __init__(self, stage, is_terminal):
        self.stage, self.is_terminal = stage, is_terminal
        self.view = View(daily.BEGIN, daily.END, coloured=is_terminal)
        self._ended, self._thread = threading.Event(), threading.Thread(target=self._ask_kubectl, daemon=True)
        self._plain_at = 0.0

    def run(self):
        if self.is_terminal:
            print("\x1b[2J\x1b[?25l", end="")
        self._thread.start()
        try:
            self.stage.until(daily.END, self._tick, every_s=1e9, tick_s=DRAW_S)
        finally:
            self._ended.set()
            self._thread.join()
            if self.is_terminal:
                print("\x1b[?25h", end="", flush=True)

    def _tick(self):
        self.view.see(self.stage, *self._what_it_says())
        if self.is_terminal:
            width, height = shutil.get_terminal_size()
            lines = self.view.lines(width, height)
            print("\x1b[H" + "".join(f"{line}\x1b[K\n" for line in lines[:height - 1]) + "\x1b[J", end="", flush=True)
        elif time.monotonic() - self._plain_at > PLAIN_S:
            self._plain_at = time.monotonic()
            print(self.stage.progress(), *self.view.forecast[1:], *self.view.reasons, sep="\n    ", flush=True)

    def _what_it_says(self):
        """((seconds ahead, upper) or None, reasons) of `predictive`, as the API has them."""
        api = self.stage.cluster.api
        try:
            status = api.get(f"{objects.API}/forecasts/predictive.requests").get("status", {})
            why = api.get(f"{objects.API}/aiautoscalers/predictive").get("status", {}).get("reasons", [])
        except (ApiError, OSError):  # not there yet
            return None, []
        ahead = (seconds(status["lead"]), float(status["upper"])) if "upper" in status and "lead" in status else None
        return ahead, [f"{reason['code']}: {reason['message']}" for reason in why[:4]]

    def _ask_kubectl(self):
        while not self._ended.is_set():
            try:
                self.view.forecast = ["$ kubectl get forecasts",
                                      *self.stage.cluster.kubectl("get", "forecasts").splitlines()]
            except ClusterError:
                self.view.forecast = []
            self._ended.wait(KUBECTL_S)

    def summary(self):
        """What it came to, by the API server's own record."""
        stage, points = self.stage, self.stage.points(daily.WARM, daily.END)
        start, end = points[0][0], points[-1][0]
        hours = stage.scenario.compression / 3600
        lines = ["", f"{len(points)} scrapes from {play.clock(daily.WARM)} on, by the API server's record:",
                 f"{'':12}{'served':>9}{'worst queue':>14}{'waited over 1 s':>18}{'replica-hours':>16}"]
        for name, service in stage.server.services.items():
            did = record.workload(stage.cluster.audit, name)
            lines.append(f"{name:12}{scorecard.served_share(points, did.ready, daily.PER_REPLICA):9.1%}"
                         f"{service.worst_waiting:14.0f}{service.waited_over_1s:18.0f}"
                         f"{did.existing.seconds(start, end) * hours:16.1f}")
        ideal = scorecard.clairvoyant_s(points, daily.PER_REPLICA, longest_s=1) * hours
        return lines + [f"{'clairvoyant':12}{1:9.1%}{0:14}{0:18}{ideal:16.1f}"]


def seconds(duration):
    """"1m17.5s" in seconds."""
    units = {"h": 3600, "m": 60, "s": 1, "ms": .001}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"([0-9.]+)(ms|h|m|s)", duration))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speed", type=float, default=1.0, help="from 0.5 to 2 (default 1: a day in 12 minutes)")
    args = parser.parse_args()
    if not .5 <= args.speed <= 2:
        parser.error("--speed must be between 0.5 and 2: the API's timestamps are whole seconds")
    if not binary():
        parser.exit(1, "the controller is not built: ./dev build\n")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with play.Play(daily.scenario("demo", args.speed)) as stage:
            demo = Demo(stage, sys.stdout.isatty())
            demo.run()
            print("\n".join(demo.summary()))
    except KeyboardInterrupt:
        sys.exit("\nended; everything that was started is gone")


if __name__ == "__main__":
    main()
