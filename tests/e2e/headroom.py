"""The rule a careful operator would use instead: the last value times a constant factor, held for a while.

What: the rule run over a trace, bin by bin, with the same lead and hold, and the cheapest factor that serves as
well as something else did. Why: a forecast is worth its hours only if constant headroom would cost more for the
same service. Model: the value of the bin before is known; a replica asked for serves `lead` bins later; one that
is no longer asked for goes at once.
"""
import math
from dataclasses import dataclass

from scorecard import needed


@dataclass(frozen=True)
class Outcome:
    factor: float
    served: float            # share of bins with capacity for their demand
    served_steepest: float   # the same in the steepest tenth
    hours_ratio: float       # replica-hours over the clairvoyant's


def run(values, first, factor, per_replica, lead, hold):
    """[(asked for, Ready)] in replicas for each bin from `first` on. values: one a bin, NaN where missing."""
    last, needs, asked, outcome = next(v for v in values if not math.isnan(v)), [], [], []
    for i in range(len(values)):
        needs.append(needed(last * factor, per_replica))
        asked.append(max(needs[-hold - 1:]))
        outcome.append((asked[-1], min(asked[-lead - 1:])))
        last = last if math.isnan(values[i]) else values[i]
    return outcome[first:]


def judge(values, first, factor, per_replica, lead, hold):
    """The rule's figures over the bins from `first` (at least `lead`) on that have a value."""
    outcome = run(values, first, factor, per_replica, lead, hold)
    seen = [(i, v) for i, v in enumerate(values[first:]) if not math.isnan(v)]
    rises = sorted(((v - values[first + i - lead], i) for i, v in seen if not math.isnan(values[first + i - lead])),
                   reverse=True)
    steep = {i for _, i in rises[:max(1, round(len(rises) / 10))]}
    good = {i: outcome[i][1] * per_replica >= v for i, v in seen}
    return Outcome(factor, sum(good.values()) / len(good), sum(good[i] for i in steep) / len(steep),
                   sum(outcome[i][0] for i, _ in seen) / sum(needed(v, per_replica) for _, v in seen))


def as_good(values, first, per_replica, lead, hold, played, wanted):
    """What constant headroom would cost in a play that serves as `wanted`, from another that was played: the model tells
    how much more (or less) of it gains what the played one lacks, and what that costs more; what a play's holds and
    deletions do to both figures and to the hours is in the played one. None as in cheapest().
    """
    base = judge(values, first, played.factor, per_replica, lead, hold)
    rule = cheapest(values, first, per_replica, lead, hold, base.served + wanted.served - played.served,
                    base.served_steepest + wanted.served_steepest - played.served_steepest)
    return rule and Outcome(rule.factor, wanted.served, wanted.served_steepest,
                            played.hours_ratio * rule.hours_ratio / base.hours_ratio)


def cheapest(values, first, per_replica, lead, hold, served, served_steepest):
    """The smallest factor (in hundredths) that reaches both shares; None if even four times the demand does not."""
    for hundredths in range(100, 401):
        outcome = judge(values, first, hundredths / 100, per_replica, lead, hold)
        if outcome.served >= served and outcome.served_steepest >= served_steepest:
            return outcome
    return None
