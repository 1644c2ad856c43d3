"""The figures: shares, lateness, steepest tenth, replica-seconds, constant headroom."""
import dataclasses, math, sys, unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cluster"), str(HERE)]

import headroom, scorecard
from record import Timeline


def timeline(*steps):
    """Timeline of counts: (time, count) …"""
    changes, before = [], 0
    for time, count in steps:
        changes.append((time, count - before))
        before = count
    return Timeline(changes)


class ScorecardTest(unittest.TestCase):
    ramp = [(t, 10.0 * t) for t in range(1, 11)]   # 10/s more each second; a replica serves 10

    def test_needed(self):
        self.assertEqual([scorecard.needed(rps, 10) for rps in (0, .1, 10, 10.1)], [0, 1, 1, 2])

    def test_served_share_and_first_deficit(self):
        ready = timeline((0, 5))
        self.assertEqual(scorecard.served_share(self.ramp, ready, 10), .5)
        self.assertEqual(scorecard.first_deficit(self.ramp, ready, 10), 6)
        self.assertIsNone(scorecard.first_deficit(self.ramp, timeline((0, 10)), 10))

    def test_the_rise_begins_after_the_last_quiet_moment(self):
        points = list(enumerate([12, 10, 11, 20, 10.5, 30, 60, 110, 80, 10]))
        self.assertEqual(scorecard.rise(points), (4, 7))

    def test_lateness_is_the_median_over_replicas(self):
        ready = timeline((0, 1), (4, 2), (5, 3), (9, 4))   # asked for at 2, 3, 4: late by 2, 2, 5
        self.assertEqual(scorecard.lateness_s(self.ramp[:4], ready, 10), 2)

    def test_capacity_that_is_there_is_not_late_and_one_that_never_comes_is(self):
        self.assertEqual(scorecard.lateness_s(self.ramp, timeline((0, 10)), 10), 0)
        self.assertEqual(scorecard.lateness_s(self.ramp, timeline((0, 1)), 10), math.inf)

    def test_noise_that_comes_back_asks_only_once(self):
        points = [(1, 10), (2, 15), (3, 9), (9, 15)]
        self.assertEqual(scorecard.lateness_s(points, timeline((0, 1), (4, 2)), 10), 2)

    def test_steepest_tenth(self):
        points = [(t, 0.0 if t < 50 else 100.0) for t in range(100)]
        self.assertEqual([t for t, _ in scorecard.steepest(points, 10)], list(range(51, 60)))

    def test_steepest_leaves_out_what_follows_a_gap(self):
        points = [(t, float(t > 20)) for t in range(100) if not 11 <= t < 21]
        self.assertNotIn(22, [t for t, _ in scorecard.steepest(points, 5, share=.05)])

    def test_clairvoyant_caps_gaps(self):
        self.assertEqual(scorecard.clairvoyant_s([(0, 15), (1, 25), (11, 5)], 10, longest_s=2), 2 * 1 + 3 * 2)


class TimelineTest(unittest.TestCase):
    def test_steps(self):
        ready = timeline((1, 2), (3, 5), (4, 1))
        self.assertEqual([ready.at(t) for t in (0, 1, 2.9, 3, 9)], [0, 2, 2, 5, 1])
        self.assertEqual([ready.first_at_least(n, 2) for n in (2, 4, 6)], [2, 3, None])
        self.assertEqual(ready.seconds(0, 5), 2 * 2 + 5 * 1 + 1 * 1)


class HeadroomTest(unittest.TestCase):
    def test_the_last_value_is_late_by_one_bin_and_the_lead(self):
        outcome = headroom.run([10, 10, 30, 30, 30, 30], 0, 1, 10, lead=1, hold=0)
        self.assertEqual(outcome, [(1, 1), (1, 1), (1, 1), (3, 1), (3, 3), (3, 3)])

    def test_hold_keeps_the_largest(self):
        outcome = headroom.run([30, 10, 10, 10, 10], 0, 1, 10, lead=0, hold=1)
        self.assertEqual([asked for asked, _ in outcome], [3, 3, 3, 1, 1])

    def test_missing_bins_repeat_the_last_value_and_are_not_judged(self):
        values = [10, 10, math.nan, math.nan, 20, 20]
        outcome = headroom.judge(values, 1, 1, 10, lead=1, hold=0)
        self.assertEqual(outcome.served, 1 / 3)

    def test_more_headroom_serves_more_and_costs_more(self):
        values = [100 + 50 * math.sin(i / 5) for i in range(300)]
        low, high = (headroom.judge(values, 100, f, 10, 3, 3) for f in (1, 1.5))
        self.assertLess(low.served, high.served)
        self.assertLess(low.hours_ratio, high.hours_ratio)
        found = headroom.cheapest(values, 100, 10, 3, 3, .9, .5)
        self.assertGreaterEqual(found.served, .9)
        self.assertLess(found.hours_ratio, high.hours_ratio)
        self.assertIsNone(headroom.cheapest([1, 1000] * 50, 10, 10, 3, 0, .99, .99))

    def test_what_serves_as_well_is_told_from_what_was_played(self):
        values = [100 + 40 * math.sin(i / 9) + 7 * (i % 5) for i in range(400)]
        model = {f: headroom.judge(values, 100, f, 10, 3, 3) for f in (1.1, 1.3)}

        def as_good(played, wanted):
            return headroom.as_good(values, 100, 10, 3, 3, played, wanted)
        same = as_good(model[1.1], model[1.1])
        self.assertLessEqual(same.factor, 1.1)
        more = as_good(model[1.1], model[1.3])
        self.assertTrue(1.1 < more.factor <= 1.3 and same.hours_ratio < more.hours_ratio <= model[1.3].hours_ratio)
        # A play that serves less than its model and costs a tenth more: as much more of it, at its own price.
        worse = dataclasses.replace(model[1.1], served=model[1.1].served - .02, hours_ratio=1.1 * model[1.1].hours_ratio)
        better = dataclasses.replace(model[1.3], served=model[1.3].served - .02)
        self.assertAlmostEqual(as_good(worse, better).hours_ratio, 1.1 * more.hours_ratio)
        self.assertIsNone(as_good(model[1.1], dataclasses.replace(model[1.1], served=2)))


if __name__ == "__main__":
    unittest.main()
