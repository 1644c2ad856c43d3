#!/usr/bin/env python3
"""`aiautoscaler forecast` and `aiautoscaler backtest` as a person or a script calls them: flags, files, standard input,
formats, and what is said about mistakes. Needs the built controller in AIA_BINARY. The figures are tested in
tests/forecasting/exam.
"""
import csv, io, json, math, os, random, re, resource, subprocess, tempfile, unittest
from pathlib import Path
from xml.etree import ElementTree

BINARY = os.environ["AIA_BINARY"]
DAY_S = 24 * 3600
STEP_S = 600
TIMES = range(0, 8 * DAY_S, STEP_S)
VALUES = [60 - 40 * math.cos(2 * math.pi * t / DAY_S) + 7 * math.sin(t * t % 97) for t in TIMES]
CSV = "t_s,value\n" + "".join(f"{t},{value:.3f}\n" for t, value in zip(TIMES, VALUES))
RATIOS = ("ratio_to_last_value", "ratio_to_ewma", "ratio_to_seasonal_naive")


def run(command, *flags, stdin=CSV):
    return subprocess.run([BINARY, command, *flags], input=stdin, capture_output=True, text=True, timeout=120)


def parsed(command, *flags, stdin=CSV):
    """Strict: NaN is no JSON."""
    done = run(command, "--input", "-", "--format", "json", *flags, stdin=stdin)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout, parse_constant=lambda word: (_ for _ in ()).throw(ValueError(word)))


class Commands(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Backtest(Commands):
    def test_the_json_holds_what_is_promised_in_this_order(self):
        report = parsed("backtest", "--lead-time", "60m,10m,20m")
        self.assertEqual(list(report), ["input", "step_s", "steps", "judged_steps", "seasons_s", "model", "horizons", "update_us",
                                        "cpu_s", "state_bytes"])
        self.assertEqual([h["lead_time_s"] for h in report["horizons"]], [600, 1200, 3600])
        for horizon in report["horizons"]:
            self.assertEqual(list(horizon), ["lead_time_s", "judged", "unanswered", "mase", "wape", "wql", "pinball", "coverage",
                                             *RATIOS])
            self.assertEqual(list(horizon["pinball"]), ["0.5", "0.9", "0.95", "0.99"])
            self.assertEqual(list(horizon["coverage"]), ["0.5", "0.9", "0.95", "0.99", "worst_hour_0.90", "ramp_decile_0.90",
                                                         "window_max"])
            for ratio in RATIOS:
                figures = horizon[ratio]
                self.assertLessEqual(figures["pinball_0.95_lower95"], figures["pinball_0.95"])
                self.assertGreaterEqual(figures["pinball_0.95_upper95"], figures["pinball_0.95"])
            self.assertLess(horizon["ratio_to_last_value"]["mae"], 1.05)
            self.assertAlmostEqual(horizon["coverage"]["0.9"], .9, delta=.05)
            self.assertEqual(horizon["judged"], 4 * DAY_S // STEP_S)
        self.assertGreater(report["update_us"]["p99"], 0)
        again = parsed("backtest", "--lead-time", "10m,20m,60m")
        self.assertEqual(again["horizons"], report["horizons"])

    def test_lead_times_not_given_are_those_that_the_grid_has(self):
        self.assertEqual([h["lead_time_s"] for h in parsed("backtest")["horizons"]], [600, 1200, 3600])
        windows = [w["window_s"] for w in parsed("backtest", "--window", "20m")["horizons"][0]["coverage"]["window_max"]]
        self.assertEqual(windows, [1200])

    def test_a_lead_time_beyond_the_last_knot_is_refused_and_not_taken_from_it(self):
        noise = random.Random(1)
        minutes = "".join(f"{60 * i},{noise.uniform(5, 9):.3f}\n" for i in range(2000))
        done = run("backtest", "--input", "-", "--lead-time", "5m,6h", stdin=minutes)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("--lead-time: 6h is further ahead than 4h, the longest that the engine of `run` forecasts for on steps of 1m "
                      "without a season; give at most that, or name a model (--model HoltWinters)", done.stderr)
        self.assertEqual(parsed("backtest", "--lead-time", "4h", stdin=minutes)["horizons"][0]["lead_time_s"], 4 * 3600)
        self.assertTrue(parsed("backtest", "--lead-time", "6h", "--model", "LastValue", stdin=minutes)["horizons"])
        short = parsed("backtest", "--seasons", "1h", stdin=minutes)  # the usual ones as far as it goes
        self.assertEqual([h["lead_time_s"] for h in short["horizons"]], [300, 600, 1200, 3600])
        shorter = parsed("backtest", "--seasons", "15m", stdin=minutes)
        self.assertEqual([h["lead_time_s"] for h in shorter["horizons"]], [300, 600])
        done = run("backtest", "--input", "-", "--seasons", "3m", stdin=minutes)
        self.assertIn("--lead-time: none of 5m, 10m, 20m and 60m is a multiple of the data's step of 1m and at most 3m, the longest",
                      done.stderr)

    def test_table_and_plot(self):
        plot = self.folder / "plot.svg"
        file = self.folder / "mine & <yours>.csv"
        file.write_text(CSV)
        done = run("backtest", "--input", str(file), "--lead-time", "10m,1h", "--plot", str(plot))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"(?m)^ +10m +\d+\.\d%")
        self.assertIn("seasons: 24h", done.stdout)
        self.assertNotIn("nan", done.stdout)
        texts = [text.text for text in ElementTree.parse(plot).iter("{http://www.w3.org/2000/svg}text")]
        self.assertIn("mine & <yours>.csv: forecast beforehand, and what came", texts)
        self.assertTrue({"10m ahead", "1h ahead"} <= set(texts))
        self.assertNotIn("nan", plot.read_text())

    def test_little_data_gives_null_and_no_fault(self):
        few = parsed("backtest", "--lead-time", "1m", stdin="".join(f"{60 * i},{i % 3}\n" for i in range(20)))
        self.assertIsNone(few["horizons"][0]["ratio_to_last_value"]["pinball_0.95"])
        gaps = "0,1\n60,\n" + "".join(f"{60 * i},{i % 7 or ''}\n" for i in range(2, 3000))
        for name, text in (("zeros", "".join(f"{60 * i},0\n" for i in range(300))), ("gaps", gaps),
                           ("huge", "".join(f"{60 * i},{i % 11}e29\n" for i in range(300)))):
            with self.subTest(name):
                self.assertTrue(parsed("backtest", stdin=text)["horizons"])
                self.assertTrue(parsed("forecast", stdin=text)["forecast"])

    def test_what_no_demand_can_be_is_refused_whatever_the_model(self):
        huge = "".join(f"{60 * i},{1 + i % 2}e{300 if i == 40 else 0}\n" for i in range(300))
        for flags in (("backtest",), ("forecast",), ("forecast", "--model", "ETS"), ("forecast", "--horizon", "300")):
            with self.subTest(flags=flags):
                done = run(*flags, "--input", "-", stdin=huge)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn('line 41: field 2 (value): "1e300" is above 1e30: no demand is that large', done.stderr)


class Forecast(Commands):
    def test_json_and_csv_say_the_same(self):
        flags = ("--horizon", "6", "--quantiles", "0.95,0.5,0.9")
        report = parsed("forecast", *flags)
        self.assertEqual(list(report), ["input", "step_s", "steps", "seasons_s", "model", "why", "calibrated", "forecast"])
        self.assertEqual([row["t_s"] for row in report["forecast"]], [TIMES[-1] + STEP_S * i for i in range(1, 7)])
        rows = list(csv.DictReader(io.StringIO(run("forecast", "--input", "-", "--format", "csv", *flags).stdout)))
        self.assertEqual(list(rows[0]), ["t_s", "0.5", "0.9", "0.95"])
        for row, said in zip(rows, report["forecast"], strict=True):
            self.assertEqual({q: float(row[q]) for q in ("0.5", "0.9", "0.95")}, said["quantiles"])
            self.assertLessEqual(said["quantiles"]["0.5"], said["quantiles"]["0.95"])
            self.assertAlmostEqual(said["quantiles"]["0.5"], 60 - 40 * math.cos(2 * math.pi * said["t_s"] / DAY_S), delta=15)

    def test_unix_times_and_long_durations_are_exact(self):
        start = 1763748000
        text = "".join(f"{start + 60 * i},{5 + i % 7}\n" for i in range(1500))
        report = parsed("forecast", "--horizon", "3", "--seasons", "20h34m", stdin=text)
        self.assertEqual([row["t_s"] for row in report["forecast"]], [start + 60 * i for i in range(1500, 1503)])
        self.assertEqual(report["seasons_s"], [20 * 3600 + 34 * 60])
        slow = "".join(f"{1234567 * i},{5 + i % 7}\n" for i in range(100))
        judged = parsed("backtest", "--lead-time", "1234567s", "--window", "1234567s", stdin=slow)
        self.assertEqual((judged["step_s"], judged["horizons"][0]["lead_time_s"]), (1234567, 1234567))
        self.assertEqual(judged["horizons"][0]["coverage"]["window_max"][0]["window_s"], 1234567)

    def test_hours_are_forecast_two_days_ahead(self):
        hourly = "".join(f"{3600 * i},{100 + 50 * math.cos(2 * math.pi * i / 24):.3f}\n" for i in range(24 * 21))
        report = parsed("forecast", "--horizon", "48", "--seasons", "24h,168h", stdin=hourly)
        self.assertEqual((report["model"], len(report["forecast"])), ("Learned(24h), Batch beyond 4h", 48))
        for row in report["forecast"]:
            then = 100 + 50 * math.cos(2 * math.pi * row["t_s"] / DAY_S)
            self.assertAlmostEqual(row["quantiles"]["0.5"], then, delta=5)
        day = parsed("forecast", "--horizon", "24", stdin=hourly)  # not a line from four hours to the knot at a day
        self.assertEqual((day["model"], day["forecast"]), (report["model"], report["forecast"][:24]))
        self.assertEqual(parsed("forecast", "--horizon", "4", stdin=hourly)["model"], "Learned(24h)")

    def test_a_day_of_minutes_is_batch_where_the_engine_does_not_look(self):
        noise = random.Random(1)
        spikes = [100 + 60 * (i % 1440 in range(700, 760)) + noise.uniform(-1, 1) for i in range(6 * 1440)]
        text = "".join(f"{60 * i},{value:.3f}\n" for i, value in enumerate(spikes))
        flags = ("--quantiles", "0.05,0.5,0.9,0.95")
        near, far = (parsed("forecast", "--horizon", str(steps), *flags, stdin=text) for steps in (240, 1500))
        self.assertEqual((near["model"], far["model"]), ("Learned(24h)", "Learned(24h), Batch beyond 4h"))
        self.assertEqual((far["seasons_s"], far["calibrated"]), ([DAY_S], True))
        self.assertIn("further ahead than 4h from the newest value: regressions on the history in steps of 5m", far["why"])
        self.assertIn("with seasons of 24h", far["why"])
        self.assertEqual(far["forecast"][:240], near["forecast"])
        for row in far["forecast"]:
            values = list(row["quantiles"].values())
            self.assertEqual(values, sorted(values))
            self.assertGreaterEqual(values[0], 0)
            minute = row["t_s"] // 60 % 1440
            if row["t_s"] > far["forecast"][239]["t_s"] and abs(minute - 730) > 45:
                self.assertAlmostEqual(row["quantiles"]["0.5"], 100, delta=6)
            elif abs(minute - 730) < 15:
                self.assertAlmostEqual(row["quantiles"]["0.5"], 160, delta=15)
        covered = [99 + 60 * (row["t_s"] // 60 % 1440 in range(700, 760)) <= row["quantiles"]["0.95"] for row in far["forecast"]]
        self.assertGreater(sum(covered), .9 * len(covered))

    def test_seasons_that_do_not_serve_are_not_shown(self):
        two_days = "".join(f"{60 * i},{100 + 60 * (i % 1440 in range(700, 760))}\n" for i in range(2 * 1440 + 60))
        report = parsed("forecast", "--horizon", "300", "--seasons", "24h,48h", stdin=two_days)
        self.assertEqual((report["model"], report["seasons_s"]), ("Learned(24h), Batch beyond 4h", [DAY_S]))
        self.assertIn("without a season (not 24h, 48h: of those that the data holds three times", report["why"])

    def test_little_data_is_batch_at_every_step_or_says_that_it_is_flat(self):
        report = parsed("forecast", "--horizon", "300", stdin="".join(f"{60 * i},{i % 5}\n" for i in range(30)))
        self.assertEqual((report["model"], report["calibrated"]), ("Batch", True))
        report = parsed("forecast", "--horizon", "300", stdin="0,1\n60,2\n120,3\n")
        self.assertEqual((report["model"], report["calibrated"]), ("None", False))
        self.assertIn("nothing more is known: needs 8 values or more, has 3", report["why"])

    def test_named_models_see_past_a_gap_at_the_end(self):
        minute = [60 - 40 * math.cos(2 * math.pi * i / 1440) + math.sin(i * i % 97) for i in range(5 * 1440)]
        text = "".join(f"{60 * i},{f'{value:.6}' if i < 5 * 1440 - 300 else ''}\n" for i, value in enumerate(minute))
        report = parsed("forecast", "--model", "HoltWinters", "--horizon", "3", stdin=text)
        self.assertEqual((report["model"], report["calibrated"]), ("HoltWinters(24h)", True))
        medians = [row["quantiles"]["0.5"] for row in report["forecast"]]
        self.assertEqual(len(set(medians)), 3)
        for row, median in zip(report["forecast"], medians):
            self.assertAlmostEqual(median, 60 - 40 * math.cos(2 * math.pi * row["t_s"] / DAY_S), delta=8)
        week_gap = "".join(f"{60 * i},{value:.6}\n" for i, value in enumerate(minute)) + f"{60 * 12 * 1440},\n"
        report = parsed("forecast", "--model", "HoltWinters", "--horizon", "3", stdin=week_gap)
        self.assertFalse(report["calibrated"])
        self.assertIn("nothing more is known: the newest value lies too far back", report["why"])

    def test_models_fitted_to_the_whole_by_their_names(self):
        hourly = "".join(f"{3600 * i},{100 + 50 * math.cos(2 * math.pi * i / 24) + 3 * math.sin(i * i):.3f}\n"
                         for i in range(24 * 14))
        for name, form in (("ETS", r"ETS\(.,.d?,[AM]\)"), ("ARIMA", r"ARIMA\(.*\)\[24\]"), ("Theta", "Theta")):
            with self.subTest(model=name):
                report = parsed("forecast", "--model", name, "--horizon", "24", "--seasons", "24h", stdin=hourly)
                self.assertRegex(report["model"], form)
                self.assertEqual((report["calibrated"], len(report["forecast"])), (False, 24))
                for row in report["forecast"]:
                    then = 100 + 50 * math.cos(2 * math.pi * row["t_s"] / DAY_S)
                    self.assertAlmostEqual(row["quantiles"]["0.5"], then, delta=12)
                    self.assertLess(row["quantiles"]["0.5"], row["quantiles"]["0.95"])
        short = run("forecast", "--input", "-", "--model", "ARIMA", stdin="0,1\n60,2\n")
        self.assertEqual(short.returncode, 1)
        self.assertRegex(short.stderr, r"--model: ARIMA.* cannot be fitted: too short")

    def test_dates_stay_dates_and_the_model_can_be_named(self):
        dated = "time,rps\n" + "".join(f"2026-03-01T{i // 60:02}:{i % 60:02}:00+00:00,{5 + i % 4}\n" for i in range(200))
        report = parsed("forecast", "--model", "LastValue", "--seasons", "1h,2h", "--horizon", "2", stdin=dated)
        self.assertEqual([row["time"] for row in report["forecast"]], ["2026-03-01T03:20:00Z", "2026-03-01T03:21:00Z"])
        self.assertEqual((report["model"], report["seasons_s"]), ("LastValue", [3600, 7200]))
        table = run("forecast", "--input", "-", "--horizon", "2", stdin=dated).stdout
        self.assertRegex(table, r"2026-03-01 03:20 +\d")
        self.assertRegex(table, r"time +P50 +P90 +P95\n")

    def test_the_table_tells_its_rows_and_columns_apart(self):
        for step, digits, says in ((15, 0, ["00:12:30", "00:12:45"]), (0.25, 2, ["00:00:12.500", "00:00:12.750"]),
                                   (60, 0, ["00:50", "00:51"])):
            with self.subTest(step=step):
                text = "".join(f"{i * step:.{digits}f},{5 + i % 4}\n" for i in range(50))
                table = run("forecast", "--input", "-", "--horizon", "2", stdin=text).stdout
                self.assertEqual(re.findall(r"(?m)^ +day 1, (\S+)  ", table), says)
        for size in ("e-8", "e-300", "e11", "e29"):
            with self.subTest(size=size):
                text = "".join(f"{i * 60},{1.234567 + i % 4}{size}\n" for i in range(300))
                table = run("forecast", "--input", "-", "--horizon", "3", stdin=text).stdout
                self.assertEqual(len(re.findall(r"(?m)^ +day 1, \S+( +[0-9.e+-]+){3}$", table)), 3)


class Mistakes(Commands):
    def test_mistakes_are_one_line_that_names_the_flag(self):
        bad = self.folder / "bad.csv"
        bad.write_text("t_s,value\n0,1\n60,lots\n")
        both = ((("--input", str(bad)), r"--input: bad\.csv: line 3: field 2 \(value\): \"lots\" is not a number"),
                (("--input", "/no/such/file"), r"--input: /no/such/file cannot be read"),
                (("--input", "/"), r"--input: / cannot be read"), ((), r"--input"),
                (("--input", "-", "--format", "xml"), r"--format: .*json"), (("--input", "-", "--colour"), r"--colour"),
                (("--input", "-", "--step", "7m"), r"--input: standard input: .*the given step of 7m"),
                (("--input", "-", "--step", "long"), r"--step: .*long"), (("--input", "-", "--step", "0s"), r"--step: "),
                (("--input", "-", "--seasons", "day"), r"--seasons: .*day"), (("--input", "-", "--seasons", ""), r"--seasons"),
                (("--input", "-", "--seasons", "25m"), r"--seasons: 25m is not a multiple of the data's step of 10m; 30m is"),
                (("--input", "-", "--seasons", "10m"), r"--seasons: 10m is a single step"),
                (("--input", "-", "--seasons", "100000h"), r"--seasons: 100000h is too long; at most 744h can be given"),
                (("--input", "-", "--seasons", "744h"), r"--seasons: 744h is 4464 steps of 10m, and the data has 1152; give"),
                (("--input", "-", "--model", "Oracle"), r"--model: .*HoltWinters"))
        self.refused("forecast", both + (
            (("--input", "-", "--horizon", "0"), r"--horizon"), (("--input", "-", "--quantiles", "0.5,1"), r"--quantiles: \"1\""),
            (("--input", "-", "--quantiles", ".1,.2,.3,.4,.5,.6"), r"--quantiles: at most 5")))
        self.refused("backtest", both + (
            (("--input", "-", "--lead-time", "5m"), r"--lead-time: 5m is not a multiple of the data's step of 10m; 10m is"),
            (("--input", "-", "--lead-time", "10m,,"), r"--lead-time"), (("--input", "-", "--lead-time", "0s"), r"--lead-time: "),
            (("--input", "-", "--lead-time", "96h"), r"--lead-time: 96h is not shorter than the half of 96h that is judged"),
            (("--input", "-", "--lead-time", "10m,25h"), r"--lead-time: 25h is further ahead than 24h, .* with a season of 24h"),
            (("--input", "-", "--window", "5m"), r"--window: 5m is not a multiple"),
            (("--input", "-", "--plot", "/no/such/folder/x.svg"), r"--plot: /no/such/folder/x\.svg cannot be written"),
            (("--input", "-", "--model", "ARIMA"), r"--model: .*HoltWinters")))

    def test_a_season_of_too_many_steps_is_no_multiple_that_went_wrong(self):
        for command in ("forecast", "backtest"):
            for season, steps in (("100h", 360000000), ("600h", 2160000000)):
                with self.subTest(command=command, season=season):
                    ahead = ("--lead-time", "10ms") if command == "backtest" else ()
                    done = run(command, "--input", "-", "--seasons", season, *ahead,
                               stdin="".join(f"{i / 1000},{i % 5}\n" for i in range(200)))
                    self.assertEqual((done.returncode, done.stdout), (1, ""))
                    self.assertIn(f"--seasons: {season} is {steps} steps of 1ms; at most 5000000 can be looked at", done.stderr)

    def test_too_little_memory_is_said_in_one_line(self):
        def little():
            resource.setrlimit(resource.RLIMIT_AS, (48 << 20, 48 << 20))
        if subprocess.run([BINARY, "--version"], capture_output=True, preexec_fn=little).returncode != 0:
            self.skipTest("this build does not even start in 48 MiB (sanitizers)")
        done = subprocess.run([BINARY, "forecast", "--input", "-"], input="0,1\n1,2\n2,1\n4999990,1\n", capture_output=True,
                              text=True, timeout=60, preexec_fn=little)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"\Aaiautoscaler: out of memory; [^\n]*\n\Z")

    def refused(self, command, cases):
        for flags, says in cases:
            with self.subTest(command=command, flags=flags):
                done = run(command, *flags)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertRegex(done.stderr, r"\Aaiautoscaler: [^\n]*" + says + r"[^\n]*\n\Z")

    def test_nothing_to_forecast_is_said(self):
        for text, says in (("", "holds no data"), ("t_s,value\n", "holds no data"), ("0,\n60,nan\n", "every value is missing"),
                           ("0,1\n1,1\n99999999,1\n", "at most 5000000 are read")):
            with self.subTest(text=text):
                done = run("forecast", "--input", "-", stdin=text)
                self.assertEqual(done.returncode, 1)
                self.assertIn(says, done.stderr)

    def test_help_documents_every_flag(self):
        for command, flags in (("forecast", ("input", "step", "horizon", "quantiles", "seasons", "model", "format")),
                               ("backtest", ("input", "step", "lead-time", "window", "seasons", "model", "format", "plot"))):
            text = run(command, "--help").stdout
            for flag in flags:
                self.assertTrue(re.search(rf"--{flag}\b", text), flag)


if __name__ == "__main__":
    unittest.main()
