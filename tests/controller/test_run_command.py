#!/usr/bin/env python3
"""The top of the command line and `run` as a person calls them who made a mistake: what is wrong with a flag is said in
one short line, whether or not there is a cluster.

Needs the built controller in AIA_BINARY. What `run` does with right flags is tested on a real control plane.
"""
import os, subprocess, tempfile, unittest

BINARY = os.environ["AIA_BINARY"]
URL = ("--prometheus-url", "http://localhost:9090")


def aiautoscaler(*arguments):
    with tempfile.TemporaryDirectory() as home:
        env = {name: value for name, value in os.environ.items() if not name.startswith("KUBE")}
        return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60, env={**env, "HOME": home},
                              stdin=subprocess.DEVNULL)


class Mistakes(unittest.TestCase):
    def refused(self, says, *arguments):
        done = aiautoscaler(*arguments)
        with self.subTest(arguments):
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertRegex(done.stderr, r"\Aaiautoscaler: [^\n]*" + says + r"[^\n]*\n\Z")
            self.assertLess(len(done.stderr), 250)

    def test_without_a_cluster_flags_are_looked_at_first(self):
        self.refused(r"no way to the cluster", "run", *URL)
        for flags, says in (
                (("--listen", "8080"), r"--listen: .*\"8080\""), (("--listen", "localhost:http"), r"--listen: "),
                (("--tenant-label", "name space"), r"--tenant-label: 'name space'"),
                (("--lease-renew-deadline", "20s"), r"--lease-renew-deadline"),
                (("--lease-duration", "1500ms"), r"--lease-duration")):
            self.refused(says, "run", *URL, *flags)
        self.refused(r"--prometheus-url: .*localhost:9090.* http://", "run", "--prometheus-url", "localhost:9090")
        # Who is not elected needs no times for it.
        self.refused(r"no way to the cluster", "run", *URL, "--leader-elect=false", "--lease-renew-deadline", "20s")

    def test_a_number_that_does_not_do_is_told_what_does(self):
        for flag in ("--max-series", "--max-samples", "--max-body-bytes"):
            for value in ("0", "-1", "many", "1.5"):
                self.refused(rf'{flag}: must be a whole number, at least 1, not "{value}"', "run", *URL, f"{flag}={value}")

    def test_the_top_of_the_command_line(self):
        self.refused(r"there is no subcommand 'foo' \(see `aiautoscaler --help`\)", "foo")
        self.refused(r"[Ss]ubcommand is required")
        one, other = aiautoscaler("--version"), aiautoscaler("version")
        self.assertEqual((one.returncode, one.stderr), (0, ""))
        self.assertRegex(one.stdout, r"\Aaiautoscaler \d+\.\d+\.\d+\n\Z")
        self.assertEqual(one.stdout, other.stdout)


if __name__ == "__main__":
    unittest.main()
