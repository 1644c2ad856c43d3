"""About sixty features of a series at every origin, for one lead time; all of them known at the origin."""
import math

import numpy

DAY_S, HOUR_S = 24 * 3600, 3600


class Features:
    """matrix: one row an origin, one column a feature; NaN where the series is too young, which trees can take."""

    def __init__(self, z, step_s, lead):
        self.z, self.step_s, self.lead = z, step_s, lead
        self.t = numpy.arange(len(z))
        self.day, self.hour = round(DAY_S / step_s), max(1, round(HOUR_S / step_s))
        self.change = numpy.abs(numpy.diff(z, prepend=z[0]))
        self.matrix = numpy.column_stack([*self.recent(), *self.spread(), *self.clock(), *self.same_minute(),
                                          *self.same_time(1), *self.same_time(7), *self.days()]).astype(numpy.float32)

    def steps(self, seconds):
        return max(1, round(seconds / self.step_s))

    def at(self, index, values=None):
        """Values at `index`, NaN before the first and, which must not be, after the origin."""
        values = self.z if values is None else values
        known = (index >= 0) & (index <= self.t)
        return numpy.where(known, values[numpy.clip(index, 0, len(values) - 1)], math.nan)

    def mean(self, values, window):
        sums = numpy.concatenate([[0.], numpy.cumsum(values - values[0])])
        low = numpy.maximum(self.t + 1 - window, 0)
        return (sums[self.t + 1] - sums[low]) / (self.t + 1 - low) + values[0]

    def deviation(self, window):
        centred = self.z - self.mean(self.z, window)
        return numpy.sqrt(numpy.maximum(self.mean(centred ** 2, window), 0))

    def extreme(self, largest, window):
        pad = numpy.full(window - 1, self.z[0])
        windows = numpy.lib.stride_tricks.sliding_window_view(numpy.concatenate([pad, self.z]), window)
        return largest(windows, axis=1)

    def recent(self):
        """Level, lags and what was usual lately, relative to now."""
        yield self.z
        for lag in sorted({1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 60, self.lead}):
            yield self.at(self.t - lag) - self.z
        for minutes in (5, 15, 30, 60, 120, 240, 720, 1440):
            yield self.mean(self.z, self.steps(60 * minutes)) - self.z
        for minutes in (15, 60, 180):
            yield self.extreme(numpy.max, self.steps(60 * minutes)) - self.z
            yield self.extreme(numpy.min, self.steps(60 * minutes)) - self.z

    def spread(self):
        for minutes in (15, 60, 240, 1440):
            yield self.deviation(self.steps(60 * minutes) + 1)
            yield self.mean(self.change, self.steps(60 * minutes))

    def clock(self):
        """Of the target: minute of the hour, time of the day, day of the week."""
        target = self.t + self.lead
        yield target % self.hour
        yield target % self.day
        yield target // self.day % 7

    def same_minute(self):
        """What happens at this minute of every hour."""
        target = self.t + self.lead
        back = -(-self.lead // self.hour)
        slots = [self.at(target - (back + k) * self.hour) for k in range(6)]
        before = [self.at(self.t - k * self.hour) for k in range(1, 7)]
        yield slots[0] - self.z
        yield numpy.mean(slots[:3], axis=0) - self.z
        yield numpy.mean(slots, axis=0) - numpy.mean(before, axis=0)
        yield numpy.max(slots, axis=0) - self.z
        changes = [self.at(target - (back + k) * self.hour, self.change) for k in range(24)]
        yield numpy.mean(changes, axis=0)

    def same_time(self, days):
        """The target's time so many days ago: level, ramp and surroundings."""
        then, now = self.t + self.lead - days * self.day, self.t - days * self.day
        yield self.at(then) - self.z
        yield self.at(then) - self.at(now)
        yield self.at(now) - self.z
        smooth = self.steps(600)
        mean = self.mean(self.z, smooth)  # ends at its index, so that half a window later is its middle
        ahead = numpy.minimum(then + smooth // 2, self.t)
        yield self.at(ahead, mean) - self.at(now + smooth // 2, mean)
        largest = self.extreme(numpy.max, self.steps(1800))
        yield self.at(numpy.minimum(then + self.steps(900), self.t), largest) - self.z
        yield self.at(numpy.minimum(then + self.steps(900), self.t), self.deviation(self.steps(1800) + 1))

    def days(self):
        """The ramp from now to the target as it was on the last days: mean and scatter; and yesterday beside last week."""
        ramps = numpy.stack([self.at(self.t + self.lead - d * self.day) - self.at(self.t - d * self.day) for d in range(1, 5)])
        known = ~numpy.isnan(ramps)
        count = numpy.maximum(known.sum(axis=0), 1)
        mean = numpy.where(known, ramps, 0).sum(axis=0) / count
        yield mean
        yield numpy.sqrt(numpy.where(known, (ramps - mean) ** 2, 0).sum(axis=0) / count)
        yield self.at(self.t + self.lead - 7 * self.day) - self.at(self.t + self.lead - self.day)
