"""What a workload had at any moment, by the API server's own record.

What: Timeline (a count that steps), made from the lives of pods in the audit log: how many were Ready, how many
existed; and the lead times that pods really took. Why: figures must not depend on what a test happened to see.
Source: tests/cluster/audit.py.
"""
import bisect, statistics


class Timeline:
    """A count over time from its steps: [(time, +1 or -1)]."""

    def __init__(self, steps):
        self.times, self.counts, count = [], [], 0
        for time, change in sorted(steps):
            count += change
            self.times.append(time)
            self.counts.append(count)

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
        """Its integral: replica-seconds."""
        inside = [time for time in self.times if start < time < end]
        edges = [start, *inside, end]
        return sum(self.at(left) * (right - left) for left, right in zip(edges, edges[1:]))


def ready(lives):
    """Pods that served: from their first Ready until their deletion."""
    return Timeline(step for life in lives if life.ready
                    for step in [(life.ready, 1), *([(_end(life), -1)] if _end(life) else [])])


def existing(lives):
    """Pods that were paid for: from their creation until their deletion."""
    return Timeline(step for life in lives
                    for step in [(life.created, 1), *([(_end(life), -1)] if _end(life) else [])])


def lead_s(lives, since=0.0):
    """The median time from creation to Ready of pods created since a moment."""
    taken = [life.ready - life.created for life in lives if life.ready and life.created >= since]
    return statistics.median(taken) if taken else None


def scale_ins(writes, initial):
    """Those writes of scale that lowered it. writes: in order; initial: replicas before the first."""
    lowered = []
    for write in writes:
        if write.code < 300:
            if write.replicas < initial:
                lowered.append(write)
            initial = write.replicas
    return lowered


def _end(life):
    return life.deleting or life.deleted
