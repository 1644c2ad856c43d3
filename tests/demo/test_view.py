"""The demonstration's picture: curves land where they belong, and it fits the terminal."""
import re, sys, unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

import play
from chart import Chart, Curve
from demo import seconds
from view import View


class ChartTest(unittest.TestCase):
    def setUp(self):
        self.chart = Chart(0, 100, 10, {"low": Curve("low", "-"), "high": Curve("high", "*")})

    def plot(self, height=11):
        return self.chart.lines(106, height, [(0, "0"), (50, "50"), (99, "99")], coloured=False)

    def test_a_value_lands_in_its_row_and_column(self):
        self.chart.add("low", 50, 0)
        self.chart.add("high", 99.9, 10)
        lines = self.plot()
        self.assertEqual((lines[10][6 + 50], lines[0][6 + 99]), ("-", "*"))
        self.assertTrue(lines[0].startswith("  10 ┤") and lines[10].startswith("   0 ┤"))

    def test_later_curves_lie_over_earlier_ones(self):
        self.chart.add("high", 5, 5)
        self.chart.add("low", 5, 5)
        self.assertEqual(self.plot()[5][6 + 5], "*")

    def test_what_has_no_value_or_lies_outside_is_left_out(self):
        self.chart.add("low", 5, None)
        self.chart.add("low", 101, 5)
        self.assertEqual(self.chart.curves["low"].points, [])

    def test_a_higher_value_stretches_the_frame(self):
        self.chart.add("low", 5, 40)
        self.assertTrue(self.plot()[0].startswith("  40 ┤"))

    def test_axis_and_legend(self):
        *_, axis, legend = self.plot()
        self.assertEqual(axis[6:].split(), ["0", "50"])     # 99 would not fit
        self.assertEqual(axis.index("50"), 6 + 50)
        self.assertIn("* high  - low", legend)


class ViewTest(unittest.TestCase):
    def test_it_fits_the_terminal(self):
        view = View(0, 7200, coloured=True)
        view.rows = [("predictive", 5, 6, 0.0, 0.0), ("reactive", 4, 6, 120.0, 3.25)]
        view.forecast, view.reasons = ["$ kubectl get forecasts", "NAME " + "x" * 200], ["Code: " + "words " * 60]
        for width, height in ((80, 24), (120, 40)):
            lines = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in view.lines(width, height)]
            self.assertLess(len(lines), height)
            self.assertTrue(all(len(line) <= width for line in lines))
        self.assertTrue(any("120 waiting, the first for 3.2 s" in line for line in lines))

    def test_durations(self):
        self.assertEqual([seconds(text) for text in ("17s", "1m17.5s", "250ms", "1h")], [17, 77.5, .25, 3600])


if __name__ == "__main__":
    unittest.main()
