#!/usr/bin/env python3
"""./dev says how it is used before it builds anything.

What: --help and -h behind every subcommand that it lists. Why: `./dev test --help` built four presets first.
"""
import os, re, subprocess, tempfile, unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class DevTest(unittest.TestCase):
    def dev(self, *arguments):
        """With tools that would build in the way: whoever calls one fails, and is named."""
        with tempfile.TemporaryDirectory() as tools:
            for tool in ("cmake", "ctest", "python3", "apt-get", "dpkg-query", "xargs", "clang-format-14", "umoci"):
                stub = Path(tools, tool)
                stub.write_text(f"#!/bin/sh\necho {tool} was called >&2\nexit 99\n")
                stub.chmod(0o755)
            return subprocess.run(["./dev", *arguments], cwd=ROOT, text=True, capture_output=True, timeout=30,
                                  env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}, stdin=subprocess.DEVNULL)

    def test_help_behind_any_command_builds_nothing(self):
        usage = self.dev("help").stdout
        commands = re.findall(r"(?m)^  ([a-z]+) ", usage)
        self.assertIn("lint", commands)
        for command in commands:
            for arguments in ([command, "--help"], [command, "-h"], [command, "--yes", "unit", "--help"]):
                if arguments[0] == "cluster" and len(arguments) > 2:
                    continue  # kubectl's own
                with self.subTest(arguments):
                    done = self.dev(*arguments)
                    self.assertEqual((done.returncode, done.stdout, done.stderr), (0, usage, ""))

    def test_an_unknown_command_is_refused(self):
        done = self.dev("biuld")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no command 'biuld'", done.stderr)


if __name__ == "__main__":
    unittest.main()
