"""A demand trace: requests a second in bins of equal length, some of them missing; and arrivals drawn from it.

What: Trace (what was recorded), Playback (which real second shows which second of the trace) and Arrivals (a
counter that both the back-filled past and the live stand-in read, so that it has no seam). Why: both Deployments
must see the same arrivals, and a repeated run the same again. Source of the files: tests/data/make_daily.py and
the README beside the traces.
"""
import csv, math, random
from dataclasses import dataclass


class Trace:
    def __init__(self, values, bin_s):
        self.values, self.bin_s = list(values), bin_s

    @classmethod
    def read(cls, path):
        """A file with a header and lines t_s,value; an empty value or nan is a missing bin."""
        with open(path, newline="") as file:
            rows = [(float(row["t_s"]), float(row["value"] or "nan")) for row in csv.DictReader(file)]
        bin_s = rows[1][0] - rows[0][0]
        if any(later[0] - earlier[0] != bin_s for earlier, later in zip(rows, rows[1:])):
            raise ValueError(f"{path}: the bins are not all {bin_s:g} s long; write a missing one as nan")
        return cls([value for _, value in rows], bin_s)

    @property
    def length_s(self):
        return len(self.values) * self.bin_s

    def at(self, trace_s):
        """Requests a second at a time of the trace; None in a missing bin or outside."""
        index = math.floor(trace_s / self.bin_s)
        value = self.values[index] if 0 <= index < len(self.values) else math.nan
        return None if math.isnan(value) else value

    def filled(self):
        """The values with each missing bin as the last one seen: what arrived while nobody could look."""
        last = next(value for value in self.values if not math.isnan(value))
        return [last := last if math.isnan(value) else value for value in self.values]


@dataclass(frozen=True)
class Playback:
    """The trace in compressed time: `compression` seconds of it pass in one real second."""
    trace: Trace
    compression: float
    anchor_wall: float       # Unix time at which
    anchor_trace: float      # this second of the trace is shown

    def trace_s(self, wall):
        return self.anchor_trace + (wall - self.anchor_wall) * self.compression

    def wall(self, trace_s):
        return self.anchor_wall + (trace_s - self.anchor_trace) / self.compression

    def demand(self, wall):
        return self.trace.at(self.trace_s(wall))


class Arrivals:
    """Requests that have arrived since the trace began, at the trace's rate in real seconds.

    Their scatter is that of the uncompressed trace: a tick in which `compression` times as many requests would
    have arrived is drawn as such and divided, for a day in twelve minutes must not be noisier than a day."""

    def __init__(self, playback, tick_s=.05, seed=1):
        self.tick_s, self.start = tick_s, playback.wall(0)
        draw, scale, rates = random.Random(seed), playback.compression, playback.trace.filled()
        per_bin = playback.trace.bin_s / scale / tick_s
        self.total = [0.0]
        for tick in range(int(len(rates) * per_bin)):
            mean = rates[int(tick / per_bin)] * tick_s * scale
            self.total.append(self.total[-1] + poisson(draw, mean) / scale)

    def until(self, wall):
        """The counter at a real time, to the tick."""
        tick = int((wall - self.start) / self.tick_s + 1e-6)
        return self.total[min(max(0, tick), len(self.total) - 1)]



def poisson(draw, mean):
    """One count. Above 50 the normal approximation: its error is far below the scatter itself."""
    if mean > 50:
        return max(0, round(draw.gauss(mean, math.sqrt(mean))))
    count, product, floor = 0, draw.random(), math.exp(-mean)
    while product > floor:
        count, product = count + 1, product * draw.random()
    return count
