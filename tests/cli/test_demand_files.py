#!/usr/bin/env python3
"""`forecast`, `backtest` and `replay` read the same files: each dialect in which people export demand gives each of them
the figures that the plain file gives. Needs the built controller in AIA_BINARY.
"""
import datetime, json, math, os, subprocess, unittest

BINARY = os.environ["AIA_BINARY"]
DAY_S, STEP_S = 24 * 3600, 600
MIDNIGHT = datetime.datetime(2026, 11, 2, tzinfo=datetime.timezone.utc)
TIMES = range(0, 5 * DAY_S, STEP_S)
VALUES = [f"{60 - 40 * math.cos(2 * math.pi * t / DAY_S) + 7 * math.sin(t * t % 97):.3f}" for t in TIMES]
COMMANDS = {"forecast": ("--horizon", "6"), "backtest": ("--lead-time", "20m"), "replay": ("--per-replica", "12", "--play", "6h")}
HOW_IT_RAN = ("update_us", "cpu_s", "command", "input", "name", "wall_s")  # differ from run to run


def dated(shape, zone_h=0):
    zone = datetime.timezone(datetime.timedelta(hours=zone_h))
    return [shape(MIDNIGHT.astimezone(zone) + datetime.timedelta(seconds=t)) for t in TIMES]


def lines(times, header="t_s,value", line="{},{}", end="\n"):
    return "".join(text + end for text in ([header] if header else []) + [line.format(*row) for row in zip(times, VALUES)])


def without(text, *numbers):
    return "".join(line for i, line in enumerate(text.splitlines(keepends=True)) if i not in numbers)


SECONDS = lines(TIMES)
DATES = lines(dated(lambda t: t.strftime("%Y-%m-%dT%H:%M:%SZ")))
LAST = len(VALUES)
DIALECTS = {  # a name: the file, and the plain file that says the same
    "no header": (lines(TIMES, header=""), SECONDS),
    "another header": (lines(TIMES, header="_time,_value"), SECONDS),
    "quoted": (lines(TIMES, header='"t_s","value"', line='"{}","{}"'), SECONDS),
    "a byte order mark": ("\ufeff" + SECONDS, SECONDS),
    "CRLF": (lines(TIMES, end="\r\n"), SECONDS),
    "no end of the last line": (SECONDS.rstrip("\n"), SECONDS),
    "blank lines": (SECONDS.replace("\n", "\n\n", 40) + "\n  \n", SECONDS),
    "blanks around fields": (lines(TIMES, line=" {} , {} "), SECONDS),
    "fractions of a second": (lines([f"{t}.000" for t in TIMES]), SECONDS),
    "dates without a header": (DATES.split("\n", 1)[1], DATES),
    "a blank in place of T": (DATES.replace("T", " "), DATES),
    "an offset": (lines(dated(lambda t: t.isoformat(), zone_h=2)), DATES),
    "milliseconds": (DATES.replace("Z,", ".000Z,"), DATES),
    "the first line is missing": (without(SECONDS, 1), lines(TIMES).replace("0," + VALUES[0] + "\n", "", 1)),
    "a line is missing": (without(SECONDS, 300), SECONDS.replace(f"{TIMES[299]},{VALUES[299]}", f"{TIMES[299]},")),
    "a second line is missing": (without(SECONDS, 2), SECONDS.replace(f"{TIMES[1]},{VALUES[1]}", f"{TIMES[1]},nan")),
}


def figures(command, file):
    done = subprocess.run([BINARY, command, "--input", "-", "--format", "json", *COMMANDS[command]], input=file.encode(),
                          capture_output=True, timeout=120)
    assert done.returncode == 0 and not done.stderr, done.stderr.decode()
    return plain(json.loads(done.stdout))


def plain(value):
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items() if name not in HOW_IT_RAN}
    return [plain(member) for member in value] if isinstance(value, list) else value


class Dialects(unittest.TestCase):
    def test_every_command_reads_every_dialect_as_the_plain_file(self):
        known = {}
        for command in COMMANDS:
            for name, (file, same_as) in DIALECTS.items():
                with self.subTest(command=command, dialect=name):
                    if (command, same_as) not in known:
                        known[command, same_as] = figures(command, same_as)
                    self.assertEqual(figures(command, file), known[command, same_as])

    def test_every_command_refuses_a_file_in_the_same_words(self):
        for file in ("t_s,value\n0,1\n60,lots\n", "", "0,1\n60,2\n60,3\n", "0,1\n60,2\n120,3\n185,4\n", "0,1\n2026-11-02T00:00:00Z,2\n", "0,1,2\n"):
            with self.subTest(file=file):
                said = {subprocess.run([BINARY, command, "--input", "-", *flags], input=file, capture_output=True, text=True).stderr
                        for command, flags in COMMANDS.items()}
                self.assertEqual(len(said), 1, said)
                self.assertRegex(said.pop(), r"\Aaiautoscaler: --input: standard input: [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
