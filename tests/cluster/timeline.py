"""A count over time that steps: pods Ready, pods existing, nodes existing.

What: Timeline, from steps or from lives on record, with its value at a moment and its integral. Why: replica-hours and
node-hours are the integral of such a count, by one definition. Source: none.
"""
import bisect


class Timeline:
    """A count over time from its steps: [(time, +1 or -1)]."""

    def __init__(self, steps):
        self.times, self.counts, count = [], [], 0
        for time, change in sorted(steps):
            count += change
            self.times.append(time)
            self.counts.append(count)

    @classmethod
    def of(cls, lives, start="created", end="deleted"):
        """How many of the lives had begun and not ended: node-hours are Timeline.of(nodes).seconds(a, b) / 3600."""
        begun = [(getattr(life, start), getattr(life, end)) for life in lives if getattr(life, start)]
        return cls([(since, 1) for since, _ in begun] + [(until, -1) for _, until in begun if until])

    def at(self, time):
        """The count at a moment, a step at that very moment included."""
        index = bisect.bisect_right(self.times, time) - 1
        return self.counts[index] if index >= 0 else 0

    def first_at_least(self, count, after):
        """When it first was at least `count`, at or after a moment; None if never."""
        if self.at(after) >= count:
            return after
        start = bisect.bisect_right(self.times, after)
        return next((time for time, value in zip(self.times[start:], self.counts[start:]) if value >= count), None)

    def seconds(self, start, end):
        """Its integral: replica-seconds, node-seconds."""
        inside = [time for time in self.times if start < time < end]
        edges = [start, *inside, end]
        return sum(self.at(left) * (right - left) for left, right in zip(edges, edges[1:]))
