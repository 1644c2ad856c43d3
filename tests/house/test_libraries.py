#!/usr/bin/env python3
"""The libraries of forecasting/ by who uses them: each source is in the library of its room, what `aiautoscaler run` runs on
links no other of them, and of what lies outside the project forecasting/ includes the standard library and Eigen alone: the
rooms of `run` in sources only, because the loop would else compile Eigen with each of their headers.

Why: all libraries share one include root, so that the compiler holds none of this. Who may include whom is test_house.py's.
"""
import re, unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = {  # library: the rooms whose sources are in it
    "aia_forecasting": {"engine", "learner", "members", "values"},
    "aia_series": {"series"},
    "aia_classic": {"classic"},
    "aia_batch": {"batch"},
    "aia_exam": {"exam"},
}
NOT_OF_RUN = set(LIBRARIES) - {"aia_forecasting"}
SYSTEM = re.compile(r"(?m)^\s*#\s*include\s*<([^>]+)>")


def sources(folders, *globs):
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
            for folder in folders for glob in globs for path in (ROOT / folder).rglob(glob)}


def libraries_of(cmake):
    """Library: its source files."""
    calls = re.findall(r"aia_library\((\w+)\s+FILES\s+(.*?)(?:\s+(?:USES|PRIVATELY)\b[^)]*)?\)", cmake, re.DOTALL)
    return {name: set(files.split()) for name, files in calls}


def foreign(text):
    """Headers that are neither the standard library's nor Eigen's."""
    return [name for name in SYSTEM.findall(text) if not name.startswith("Eigen/") and ("/" in name or name.endswith(".h"))]


class Libraries(unittest.TestCase):
    def test_each_source_is_in_the_library_of_its_room(self):
        self.assertEqual(libraries_of("aia_library(a\n  FILES\n    x/b.cc\n    c.cc\n  USES d)"), {"a": {"x/b.cc", "c.cc"}})
        libraries = libraries_of((ROOT / "forecasting/CMakeLists.txt").read_text(encoding="utf-8"))
        self.assertEqual(set(libraries), set(LIBRARIES))
        there = {path.removeprefix("forecasting/") for path in sources(["forecasting"], "*.cc")}
        self.assertEqual(set().union(*libraries.values()), there)
        for name, files in libraries.items():
            self.assertEqual({file.split("/")[0] for file in files}, LIBRARIES[name], name)

    def test_what_run_runs_on_links_no_other(self):
        for path, text in sources(["controller", "simulation"], "CMakeLists.txt").items():
            self.assertFalse(NOT_OF_RUN & set(re.findall(r"\w+", text)), path)

    def test_forecasting_stands_on_the_standard_library_and_eigen(self):
        self.assertEqual(foreign("#include <vector>\n#include <Eigen/Core>\n #  include <nlohmann/json.hpp>\n#include <unistd.h>\n"),
                         ["nlohmann/json.hpp", "unistd.h"])
        for path, text in sources(["forecasting"], "*.h", "*.cc").items():
            self.assertEqual(foreign(text), [], path)
        for room in LIBRARIES["aia_forecasting"]:
            for path, text in sources([f"forecasting/{room}"], "*.h").items():
                self.assertNotIn("<Eigen", text, path)


if __name__ == "__main__":
    unittest.main()
