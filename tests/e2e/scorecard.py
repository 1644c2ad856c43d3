"""The figures a play is judged by: served scrapes, lateness, replica-hours.

What: pure functions over demand points [(time, requests a second)] and a Timeline of Ready replicas. Why: a
claim about an autoscaler is only as good as the definition of its figure, so each has one here, tested on cases
a reader can do in the head.
"""
import math, statistics


def needed(rps, per_replica):
    """Whole replicas for a demand, known as it is: what a clairvoyant would hold."""
    return max(0, math.ceil(rps / per_replica - 1e-9))


def served_share(points, ready, per_replica):
    """Share of points at which the Ready capacity covered the demand."""
    served = [ready.at(time) * per_replica >= rps for time, rps in points]
    return sum(served) / len(served) if served else math.nan


def first_deficit(points, ready, per_replica):
    """The first moment at which demand exceeded the Ready capacity; None if never."""
    return next((time for time, rps in points if ready.at(time) * per_replica < rps), None)


def peak(points):
    """When demand was highest."""
    return max(points, key=lambda point: point[1])[0]


def rise(points, foot=.1):
    """(start, end) of the climb to the peak: from when demand last was within `foot` of its range above the lowest."""
    top = peak(points)
    low, high = min(rps for _, rps in points), max(rps for _, rps in points)
    return max(time for time, rps in points if time <= top and rps <= low + foot * (high - low)), top


def between(points, start, end):
    return [point for point in points if start <= point[0] <= end]


def lateness_s(points, ready, per_replica):
    """How late capacity came, as a median over the replicas a rise asked for.

    Replica k + 1 is asked for when demand first exceeds k × per_replica; it is late by the time from then until
    k + 1 are Ready, 0 when they are already. Levels that demand exceeds at the first point do not count: they
    were asked for earlier. A replica that never came is infinitely late."""
    if not points:
        return math.nan
    late, level = [], needed(points[0][1], per_replica)
    for time, rps in points:
        while rps > level * per_replica:
            level += 1
            came = ready.first_at_least(level, time)
            late.append(math.inf if came is None else came - time)
    return statistics.median(late) if late else math.nan


def steepest(points, rise_s, share=.1):
    """The share of points before which demand rose most within rise_s; points without a value then do not count."""
    rises, earlier = [], 0
    for time, rps in points:
        while points[earlier + 1][0] <= time - rise_s:
            earlier += 1
        if abs(points[earlier][0] - (time - rise_s)) < rise_s / 2:
            rises.append((rps - points[earlier][1], time, rps))
    rises.sort(reverse=True)
    return sorted((time, rps) for _, time, rps in rises[:round(len(rises) * share)])


def clairvoyant_s(points, per_replica, longest_s):
    """Replica-seconds of exactly the replicas needed at each moment. A gap in the points longer than longest_s
    counts as longest_s at the earlier point's need: nothing is known in between."""
    total = 0.0
    for (time, rps), (later, _) in zip(points, points[1:]):
        total += needed(rps, per_replica) * min(later - time, longest_s)
    return total


def known_s(points, longest_s):
    """[(start, end)] of the spans that the points cover, by the same rule."""
    return [(time, min(later, time + longest_s)) for (time, _), (later, _) in zip(points, points[1:])]
