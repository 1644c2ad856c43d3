"""The rooms of forecasting/ and their doors. All libraries share one include root, so the compiler lets any file include any
other; here the includes are read and held against a table. A room may use the rooms that its line names, all of which stand
above it, so there is no circle. Of what lies outside, forecasting/ includes the standard library and Eigen alone; the rooms
of `run` include Eigen in sources only, because the loop would else compile it with each of their headers. Of forecasting/ the controller's folders and the simulation include and link only what `aiautoscaler run` runs on."""
import os
import re
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

ROOMS = {  # room: the rooms that it may include, each above it
    "values": set(),
    "series": set(),
    "batch": set(),
    "members": {"values"},
    "learner": {"values"},
    "engine": {"learner", "members", "values"},
    "classic": {"series", "values"},
    "exam": {"engine", "series", "values"},
}
LIBRARIES = {  # library: the rooms whose sources are in it
    "aia_forecasting": {"engine", "learner", "members", "values"},
    "aia_series": {"series"},
    "aia_classic": {"classic"},
    "aia_batch": {"batch"},
    "aia_exam": {"exam"},
}
OF_RUN = {"engine", "values"}  # the rooms that the folders of the controller and the simulation may include
NOT_OF_RUN = set(LIBRARIES) - {"aia_forecasting"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def read_tree(folders, endings):
    """Path from the root: text."""
    texts = {}
    for folder in folders:
        for where, _, names in os.walk(os.path.join(ROOT, folder)):
            for name in names:
                if name.endswith(endings):
                    path = os.path.join(where, name)
                    with open(path, encoding="utf-8") as file:
                        texts[os.path.relpath(path, ROOT)] = file.read()
    return texts


def mistakes_within(texts):
    """What files of forecasting/ include beyond the table, in words."""
    found = []
    for path, text in sorted(texts.items()):
        parts = path.split("/")
        if len(parts) != 3 or parts[1] not in ROOMS:
            found.append(f"{path} stands in no room of the table")
            continue
        room = parts[1]
        for quoted, system in INCLUDE.findall(text):
            target = (quoted or system).split("/")
            if target[0] == "Eigen" and room in LIBRARIES["aia_forecasting"] and path.endswith(".h"):
                found.append(f"{path} includes {system}: headers of {room}/ are the loop's, too, and do without Eigen")
            elif target[0] == "forecasting" and len(target) == 3:
                if target[1] != room and target[1] not in ROOMS[room]:
                    found.append(f"{path} includes {quoted or system}: {room}/ may not use {target[1]}/")
            elif quoted or (target[0] != "Eigen" and (len(target) > 1 or system.endswith(".h"))):
                found.append(f"{path} includes {quoted or system}: neither forecasting nor Eigen nor the standard library")
    return found


def mistakes_of_users(texts):
    """What folders of the controller and the simulation include of forecasting/ beyond what `run` runs on."""
    found = []
    for path, text in sorted(texts.items()):
        if path.startswith("controller/") and path.count("/") == 1:
            continue  # the subcommands beside main.cc wire all libraries
        for quoted, system in INCLUDE.findall(text):
            target = (quoted or system).split("/")
            if target[0] == "forecasting" and (len(target) != 3 or target[1] not in OF_RUN):
                found.append(f"{path} includes {quoted or system}: not what `aiautoscaler run` runs on")
    return found


def libraries_of(cmake):
    """Library: its source files."""
    calls = re.findall(r"aia_library\((\w+)\s+FILES\s+(.*?)(?:\s+(?:USES|PRIVATELY)\b[^)]*)?\)", cmake, re.DOTALL)
    return {name: files.split() for name, files in calls}


class Edges(unittest.TestCase):
    def test_rooms_include_only_what_the_table_allows(self):
        self.assertEqual(mistakes_within(read_tree(["forecasting"], (".h", ".cc"))), [])

    def test_every_arrow_of_the_table_points_up_so_there_is_no_circle(self):
        above = set()
        for room, used in ROOMS.items():
            self.assertLessEqual(used, above, f"{room}/ uses a room that does not stand above it")
            above.add(room)

    def test_a_wrong_include_is_found(self):
        for path, text in (
            ("forecasting/learner/a.h", '#include "forecasting/engine/engine.h"\n'),
            ("forecasting/values/a.h", "#include <forecasting/learner/trees.h>\n"),
            ("forecasting/engine/a.cc", '#include "forecasting/exam/csv.h"\n'),
            ("forecasting/engine/a.cc", '#include "controller/api/time.h"\n'),
            ("forecasting/engine/a.cc", '  #  include "engine.h"\n'),
            ("forecasting/engine/a.cc", "#include <nlohmann/json.hpp>\n"),
            ("forecasting/engine/a.cc", "#include <unistd.h>\n"),
            ("forecasting/values/a.h", "#include <Eigen/Core>\n"),
            ("forecasting/new_room/a.h", ""),
            ("forecasting/a.h", ""),
        ):
            self.assertEqual(len(mistakes_within({path: text})), 1, (path, text))
        good = '#include "forecasting/values/fan.h"\n#include <Eigen/Core>\n#include <vector>\n'
        self.assertEqual(mistakes_within({"forecasting/engine/a.cc": good}), [])


class Users(unittest.TestCase):
    def test_the_loop_and_what_runs_it_include_only_what_run_runs_on(self):
        self.assertEqual(mistakes_of_users(read_tree(["controller", "simulation"], (".h", ".cc"))), [])

    def test_a_wrong_use_is_found(self):
        for room in ("exam", "batch", "classic", "series", "learner", "members"):
            text = f'#include "forecasting/{room}/a.h"\n'
            self.assertEqual(len(mistakes_of_users({"controller/loop/a.cc": text})), 1, room)
            self.assertEqual(mistakes_of_users({"controller/backtest.cc": text}), [])

    def test_no_library_below_the_subcommands_links_what_run_does_not_need(self):
        for path, text in read_tree(["controller", "simulation"], ("CMakeLists.txt",)).items():
            linked = NOT_OF_RUN & set(re.findall(r"\w+", text))
            self.assertTrue(path == "controller/CMakeLists.txt" or not linked, f"{path} links {sorted(linked)}")


class Libraries(unittest.TestCase):
    def test_each_source_is_in_the_library_of_its_room(self):
        with open(os.path.join(ROOT, "forecasting", "CMakeLists.txt"), encoding="utf-8") as file:
            libraries = libraries_of(file.read())
        self.assertEqual(set(libraries), set(LIBRARIES))
        sources = {path.removeprefix("forecasting/") for path in read_tree(["forecasting"], (".cc",))}
        for name, files in libraries.items():
            expected = {source for source in sources if source.split("/")[0] in LIBRARIES[name]}
            self.assertEqual(set(files), expected, name)


if __name__ == "__main__":
    unittest.main()
