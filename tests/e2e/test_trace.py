"""Traces, playback and arrivals: what the stand-in and the back-filled past are made of."""
import math, subprocess, sys, tempfile, unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from trace import Arrivals, Playback, Trace

DAILY = HERE.parent / "data/daily.csv"


class TraceTest(unittest.TestCase):
    def read(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write(text)
            file.flush()
            return Trace.read(file.name)

    def test_bins_and_missing_bins(self):
        trace = self.read("t_s,value\n0,10\n60,\n120,nan\n180,40\n")
        self.assertEqual([trace.at(t) for t in (0, 59.9, 60, 120, 180, 239, 240, -1)],
                         [10, 10, None, None, 40, 40, None, None])
        self.assertEqual(trace.filled(), [10, 10, 10, 40])
        self.assertEqual(trace.length_s, 240)

    def test_a_skipped_bin_is_an_error_not_a_shift(self):
        with self.assertRaisesRegex(ValueError, "60 s long"):
            self.read("t_s,value\n0,10\n60,11\n180,12\n")

    def test_playback_runs_compressed(self):
        playback = Playback(Trace([1, 2, 3], 60), compression=120, anchor_wall=1000, anchor_trace=60)
        self.assertEqual(playback.trace_s(1000.25), 90)
        self.assertEqual(playback.wall(0), 999.5)
        self.assertEqual(playback.demand(1000.5), 3)


class ArrivalsTest(unittest.TestCase):
    def setUp(self):
        self.playback = Playback(Trace([100, math.nan, 300], 60), compression=60, anchor_wall=500, anchor_trace=0)
        self.arrivals = Arrivals(self.playback)

    def test_the_counter_rises_at_the_rate_of_the_trace_in_real_seconds(self):
        self.assertEqual(self.arrivals.until(499), 0)
        self.assertAlmostEqual(self.arrivals.until(501.001), 100, delta=5)
        self.assertAlmostEqual(self.arrivals.until(503) - self.arrivals.until(502), 300, delta=10)

    def test_missing_bins_still_have_arrivals(self):
        self.assertAlmostEqual(self.arrivals.until(502) - self.arrivals.until(501), 100, delta=5)

    def test_the_scatter_is_that_of_the_uncompressed_minute(self):
        counts = [Arrivals(self.playback, seed=seed).until(501.001) for seed in range(60)]
        mean = sum(counts) / len(counts)
        sd = math.sqrt(sum((count - mean)**2 for count in counts) / len(counts))
        self.assertAlmostEqual(sd, math.sqrt(100 * 60) / 60, delta=.5)  # of 6000 requests, as a rate

    def test_same_seed_same_arrivals(self):
        self.assertEqual(Arrivals(self.playback).total, Arrivals(self.playback).total)
        self.assertNotEqual(Arrivals(self.playback).total, Arrivals(self.playback, seed=2).total)


class DailyTest(unittest.TestCase):
    def test_the_shipped_file_is_what_its_generator_makes(self):
        made = subprocess.run([sys.executable, DAILY.with_name("make_daily.py"), "-o", "-"], stdout=subprocess.PIPE)
        self.assertEqual(made.stdout, DAILY.read_bytes())

    def test_its_shape(self):
        trace = Trace.read(DAILY)
        for day in range(int(trace.length_s // 86400)):
            minutes = trace.values[day * 1440:(day + 1) * 1440]
            night, top = sum(minutes[270:330]) / 60, max(minutes)
            self.assertAlmostEqual(night / top, .25, delta=.03)
            self.assertTrue(270 < top < 330, top)
            reached = next(m for m, value in enumerate(minutes) if value > .9 * top)
            self.assertTrue(8 * 60 < reached < 9 * 60, f"day {day}: 90 % of the peak at minute {reached}")


if __name__ == "__main__":
    unittest.main()
