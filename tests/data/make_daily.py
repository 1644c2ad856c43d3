#!/usr/bin/env python3
"""Makes daily.csv: ten weekdays of a chat service's demand, requests a second, one value a minute.

What: a quiet night, a steep morning (a quarter of the peak to the peak within three hours), a lunch dip, an
evening shoulder; each day at its own level, with slow noise and the scatter of counted arrivals. Why: the
project ships the trace that its promises are tested on, so it is made here and not borrowed. Same bytes
everywhere: an own generator, and only + - * / and sqrt, which IEEE 754 rounds alike on every machine.
"""
import argparse, math, sys
from pathlib import Path

DAYS, SEED, PEAK_RPS, STEP_S = 10, 20261121, 290.0, 60
FILE = Path(__file__).with_name("daily.csv")
SHAPE = [(0, .43), (2, .29), (4, .25), (6, .25), (9, 1.0), (10.5, .95), (12.75, .80), (15, .93), (18, .68),
         (20.5, .70), (22.5, .55), (24, .43)]  # hour of the day, share of the peak
LEVEL_NOISE, SLOW_NOISE, SLOW_MEMORY = .025, .02, .9


class Random:
    """SplitMix64 (Steele, Lea, Flood 2014) with a normal made of twelve uniforms."""

    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        z = self.state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
        return ((z ^ z >> 31) >> 11) / 2**53

    def normal(self):
        total = 0.0
        for _ in range(12):  # not sum(): it rounds differently from Python 3.12 on
            total += self.uniform()
        return total - 6


def shape(hour):
    """Share of the peak at an hour of the day: the points of SHAPE, joined by smooth steps."""
    for (start, low), (end, high) in zip(SHAPE, SHAPE[1:]):
        if start <= hour <= end:
            x = (hour - start) / (end - start)
            return low + (high - low) * x * x * (3 - 2 * x)
    raise ValueError(hour)


def demand(days=DAYS, seed=SEED):
    """[(t_s, requests a second)], the mean of each minute."""
    random, rows, slow = Random(seed), [], 0.0
    for day in range(days):
        level = 1 + LEVEL_NOISE * random.normal()
        for minute in range(24 * 60):
            slow = SLOW_MEMORY * slow + SLOW_NOISE * math.sqrt(1 - SLOW_MEMORY**2) * random.normal()
            rate = PEAK_RPS * shape(minute / 60) * level * (1 + slow)
            counted = rate + math.sqrt(rate / STEP_S) * random.normal()
            rows.append(((day * 24 * 60 + minute) * STEP_S, max(counted, 0.0)))
    return rows


def text(rows):
    return "t_s,value\n" + "".join(f"{t_s},{value:.1f}\n" for t_s, value in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("-o", "--output", type=Path, default=FILE, help="- is standard output (default: %(default)s)")
    args = parser.parse_args()
    made = text(demand(args.days, args.seed))
    if str(args.output) == "-":
        sys.stdout.write(made)
    else:
        args.output.write_text(made)


if __name__ == "__main__":
    main()
