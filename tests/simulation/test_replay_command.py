#!/usr/bin/env python3
"""`aiautoscaler replay` as a person calls it: flags, files, standard input and what is said about mistakes.

Needs the built controller in AIA_BINARY. The figures themselves are tested in replay_test.cc.
"""
import json, math, os, re, subprocess, tempfile, unittest
from pathlib import Path

BINARY = os.environ["AIA_BINARY"]
DAY_S = 24 * 3600
CSV = "t_s,value\n" + "".join(f"{t},{60 - 40 * math.cos(2 * math.pi * t / DAY_S):.2f}\n" for t in range(0, 3 * DAY_S, 300))


def replay(*flags, stdin=""):
    return subprocess.run([BINARY, "replay", *flags], input=stdin, capture_output=True, text=True, timeout=120)


class Replay(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_the_same_command_gives_the_same_bytes(self):
        reports = []
        for name in ("one.html", "two.html"):
            done = replay("--play", "6h", "--seed", "7", "--report", str(self.folder / name))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            reports.append((self.folder / name).read_bytes())
        self.assertEqual(*reports)
        self.assertIn(b"<pre>aiautoscaler replay --play 6h --seed 7</pre>", reports[0])
        self.assertLess(len(reports[0]), 300_000)
        self.assertNotIn("\x1b", done.stdout)
        self.assertIn("within 2 s", done.stdout)
        self.assertNotEqual(replay("--play", "6h", "--format", "json").stdout,
                            replay("--play", "6h", "--format", "json", "--seed", "7").stdout)

    def test_a_file_and_standard_input_are_the_same(self):
        file = self.folder / "mine & <yours>.csv"
        file.write_text(CSV)
        flags = ("--per-replica", "10", "--format", "json")
        from_file, from_stdin = replay("--input", str(file), *flags), replay("--input", "-", *flags, stdin=CSV)
        one, other = json.loads(from_file.stdout), json.loads(from_stdin.stdout)
        self.assertEqual((one["scenario"].pop("trace"), other["scenario"].pop("trace")), (file.name, "standard input"))
        self.assertEqual(one, other)
        self.assertEqual(one["scenario"]["history_s"], 2 * DAY_S)  # what there is
        report = self.folder / "report.html"
        self.assertEqual(replay("--input", str(file), "--per-replica", "10", "--report", str(report)).returncode, 0)
        self.assertIn("mine &amp; &lt;yours&gt;.csv", report.read_text())

    def test_every_flag_changes_the_outcome(self):
        def played(*flags):
            return json.loads(replay("--play", "10h", "--format", "json", *flags).stdout)

        plain = played()
        for flags, field, value in (
                (("--per-replica", "20"), "per_replica_rps", 20), (("--lead-time", "1m..2m"), "lead_time_s", {"min": 60, "max": 120}),
                (("--lead-time", "3m"), "lead_time_s", {"min": 180, "max": 180}), (("--gpus-per-replica", "4"), "gpus_per_replica", 4),
                (("--node-lead", "2m..3m"), "node_lead_s", {"min": 120, "max": 180}),
                (("--gpus-per-node", "16"), "gpus_per_node", 16),
                (("--slo-wait", "100ms"), "slo_wait_s", .1), (("--min-replicas", "20"), "min_replicas", 20),
                (("--max-replicas", "20"), "max_replicas", 20), (("--history", "48h"), "history_s", 48 * 3600),
                (("--cycle", "1m"), "cycle_s", 60), (("--seed", "2"), "seed", 2)):
            with self.subTest(flags=flags):
                changed = played(*flags)
                self.assertEqual(changed["scenario"][field], value)
                self.assertNotEqual(changed["policies"], plain["policies"])

    def test_nodes_are_in_the_demo_and_in_ones_own_trace_when_asked_for(self):
        def names(*flags, **more):
            done = json.loads(replay("--play", "6h", "--format", "json", *flags, **more).stdout)
            return [policy["name"] for policy in done["policies"]], "node_hours" in done["policies"][0]

        own = ("--input", "-", "--per-replica", "10")
        with_nodes, without = (["predictive", "replicas only", "reactive"], True), (["predictive", "reactive"], False)
        self.assertEqual(names(), with_nodes)
        self.assertEqual(names("--node-lead", "none"), without)
        self.assertEqual(names(*own, stdin=CSV), without)
        self.assertEqual(names(*own, "--node-lead", "5m", stdin=CSV), with_nodes)

    def test_mistakes_are_one_line_that_names_the_flag(self):
        bad = self.folder / "bad.csv"
        bad.write_text("t_s,value\n0,1\n60,lots\n")
        short = self.folder / "short.csv"
        short.write_text("t_s,value\n0,1\n60,2\n")
        for flags, says in (
                (("--history", "ten days"), r"--history: .*ten days"), (("--play", "1ms"), r"--play: must be at least 1s"),
                (("--lead-time", "8m..6m"), r"--lead-time: must be MIN\.\.MAX"), (("--lead-time", "..6m"), r"--lead-time: "),
                (("--node-lead", "8m..6m"), r"--node-lead: must be MIN\.\.MAX"), (("--gpus-per-node", "4"), r"--gpus-per-node: must be from"),
                (("--per-replica", "0"), r'--per-replica: must be a number greater than 0, not "0" \('),
                (("--gpus-per-replica", "-1"), r'--gpus-per-replica: must be a whole number, at least 1, not "-1" \('),
                (("--min-replicas", "99999999999"), r'--min-replicas: "99999999999" is too large a number \('),
                (("--play", "6h", "--cycle", "1000h"), r"--cycle: must be shorter than what is played, 6h"),
                (("--history", "2d3"), r'--history: "2d3"'),
                (("--min-replicas", "5", "--max-replicas", "4"), r"--max-replicas: must lie between"),
                (("--seed", "-1"), r'--seed: must be a whole number, at least 0, not "-1" \('),
                (("--seed", "abc"), r'--seed: must be a whole number, at least 0, not "abc" \('), (("--seed", "1.5"), r"--seed"), (("--format", "xml"), r"--format: .*table.*json"), (("--colour",), r"--colour"),
                (("--input", str(bad)), r"--input requires --per-replica"),
                (("--input", str(bad), "--per-replica", "1"), r"--input: bad\.csv: line 3: field 2 \(value\): \"lots\" is not"),
                (("--input", str(short), "--per-replica", "1"), r"--play: the trace is 2m long, too short"),
                (("--input", "-", "--per-replica", "1"), r"--input: standard input: holds no data"),
                (("--input", "/no/such/file", "--per-replica", "1"), r"--input: /no/such/file cannot be read"),
                (("--input", "/", "--per-replica", "1"), r"--input: / cannot be read"),
                (("--play", "1h", "--report", "/no/such/folder/x.html"), r"--report: /no/such/folder/x\.html cannot be written")):
            with self.subTest(flags=flags):
                done = replay(*flags)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertRegex(done.stderr, r"\Aaiautoscaler: [^\n]*" + says + r"[^\n]*\n\Z")

    def test_when_all_are_served_nobody_waited_longer(self):
        file = self.folder / "sine.csv"
        file.write_text("t_s,value\n" + "".join(f"{t},{100 + 50 * math.sin(2 * math.pi * t / DAY_S):.3f}\n"
                                                for t in range(0, 5 * DAY_S, 60)))
        done = replay("--input", str(file), "--per-replica", "12")
        self.assertIn("waited longer", done.stdout)
        self.assertNotIn("-0", done.stdout)

    def test_days_are_durations(self):
        one, other = (json.loads(replay("--play", "6h", "--history", history, "--format", "json").stdout)["scenario"]
                      for history in ("3d12h", "84h"))
        self.assertEqual(one, other)
        self.assertEqual(one["history_s"], 84 * 3600)

    def test_help_documents_every_flag(self):
        text = replay("--help").stdout
        self.assertRegex(" ".join(text.split()), r"--per-replica FLOAT:POSITIVE requests/s [^-]* --input, else 10 ")
        for flag in ("input", "per-replica", "lead-time", "history", "play", "gpus-per-replica", "slo-wait", "min-replicas",
                     "max-replicas", "node-lead", "gpus-per-node", "seed", "report", "format", "cycle", "grid-step"):
            self.assertTrue(re.search(rf"--{flag}\b", text), flag)


if __name__ == "__main__":
    unittest.main()
