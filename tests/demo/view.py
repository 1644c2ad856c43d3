"""What the demonstration shows, as lines of text: the chart, both Deployments, the Forecast and its reasons.

What: View.see(stage) takes a sample, View.lines(width) draws. Why: the same figures must fit a terminal and a test.
"""
import time

from chart import RESET, Chart, Curve

BOLD, GREEN, RED, CYAN, YELLOW = "\x1b[1m", "\x1b[32m", "\x1b[31m", "\x1b[36m", "\x1b[33m"
COLOURS = {"predictive": GREEN, "reactive": RED}


class View:
    def __init__(self, start, end, coloured=True):
        self.chart = Chart(start, end, 360, {
            "reactive": Curve("capacity reactive", "─", RED),
            "predictive": Curve("capacity predictive", "━", GREEN),
            "upper": Curve("upper forecast", "^", CYAN),
            "demand": Curve("demand/s", "●", YELLOW)})
        self.coloured, self.title, self.rows, self.forecast, self.reasons = coloured, "", [], [], []

    def see(self, stage, forecast, reasons):
        """A sample of what is. forecast: (seconds ahead, upper) or None; reasons: sentences."""
        now, s = time.time(), stage.scenario
        at = stage.playback.trace_s(now)
        self.chart.add("demand", at, stage.playback.demand(now))
        self.rows = []
        for name, service in stage.server.services.items():
            ready, existing = stage.pods.count(name)
            self.chart.add(name, at, ready * s.per_replica)
            self.rows.append((name, ready, existing, service.waiting, service.oldest_wait_s(now)))
        if forecast:
            self.chart.add("upper", at + forecast[0] * s.compression, forecast[1])
        self.title = (f"{hour(at)} on the eighth day, {s.compression:g} times as fast; "
                      f"{max(0, stage.playback.wall(self.chart.end) - now):.0f} s to go")
        self.reasons = reasons

    def lines(self, width, height):
        room = max(6, height - 12 - len(self.forecast) - len(self.reasons))
        lines = [self._paint(BOLD, "AIAutoscaler: ") + self.title]
        lines += self.chart.lines(width, min(room, 19), self._hours(), self.coloured)
        lines.append("")
        for name, ready, existing, waiting, oldest in self.rows:
            text = f"{name:<11}{ready:3} Ready, {existing - ready:2} starting   {waiting:6.0f} waiting"
            text += f", the first for {oldest:.1f} s" if waiting >= 1 else ""
            lines.append(self._paint(COLOURS[name], text))
        lines += ["", *(line[:width] for line in self.forecast)]
        lines += [("why   " if i == 0 else "      ") + reason[:width - 6] for i, reason in enumerate(self.reasons)]
        return lines

    def _hours(self):
        return [(at, hour(at)) for at in range(int(self.chart.start), int(self.chart.end)) if at % 3600 == 0]

    def _paint(self, colour, text):
        return f"{colour}{text}{RESET}" if self.coloured else text


def hour(trace_s):
    return f"{int(trace_s % 86400 // 3600):02}:{int(trace_s % 3600 // 60):02}"
