"""The exam's conformal step and loss, as forecasting/exam has them; run.py checks that both give the same last value."""
import bisect
import math

import numpy

MIN_RESIDUALS = 50


def pinball(values, quantile, level):
    error = values - quantile
    return numpy.where(error >= 0, level * error, (level - 1) * error)


def _quantile(ordered, level):
    rank = level * (len(ordered) + 1) - 1
    if rank <= 0:
        return ordered[0]
    if rank >= len(ordered) - 1:
        return ordered[-1]
    below = int(rank)
    return ordered[below] + (rank - below) * (ordered[below + 1] - ordered[below])


def calibrate(values, point, lead, level, window, multiplicative):
    """point[t]: said about step t, `lead` steps before. A residual counts once its target has come."""
    out = numpy.full(len(values), math.nan)
    ring, ordered = [], []
    y, p = values.tolist(), point.tolist()
    for origin in range(len(y) - lead):
        if multiplicative:
            residual = y[origin] / p[origin] if p[origin] > 1e-12 else math.nan
        else:
            residual = y[origin] - p[origin]
        if residual == residual:
            ring.append(residual)
            bisect.insort(ordered, residual)
            if len(ring) > window:
                del ordered[bisect.bisect_left(ordered, ring[len(ring) - window - 1])]
        target = origin + lead
        if len(ordered) >= MIN_RESIDUALS and p[target] == p[target]:
            move = _quantile(ordered, level)
            out[target] = max(0., p[target] * move if multiplicative else p[target] + move)
    return out


def best_form(values, point, lead, level, window, half):
    """Additive or multiplicative, whichever lost less on the first half."""
    forms = [calibrate(values, point, lead, level, window, multiplicative) for multiplicative in (False, True)]
    losses = [numpy.nanmean(pinball(values[:half], form[:half], level)) for form in forms]
    return forms[1] if losses[1] < losses[0] else forms[0]


def last_value(values, lead):
    point, newest = numpy.full(len(values), math.nan), math.nan
    for t in range(len(values) - lead):
        if values[t] == values[t]:
            newest = values[t]
        point[t + lead] = newest
    return point
