#!/usr/bin/env python3
"""./dev test -R NAME builds what the matching tests need, found from their names, and nothing else."""
import re, unittest

import needed

COMMAND = "c++ -I/x -o tests/plan/CMakeFiles/plan_test.dir/need_test.cc.o -c /x/tests/plan/need_test.cc"


class Needed(unittest.TestCase):
    def programs(self, regex, source, file="/x/tests/plan/need_test.cc"):
        return needed.programs([{"command": COMMAND, "file": file}], re.compile(regex), lambda path: source)

    def test_a_case_is_found_by_its_name_and_by_its_programs(self):
        source = 'TEST_CASE("need(now) by kind") {}\nTEST_CASE(\n    "a \\"quoted\\" one", "[tag]") {}'
        self.assertEqual(needed.cases(source), ["need(now) by kind", 'a "quoted" one'])
        for regex in (r"need\(now", "^plan_test: ", '"quoted"', "plan_test"):
            self.assertEqual(self.programs(regex, source), {"plan_test"}, regex)
        for regex in ("tag", "^need", "other"):
            self.assertEqual(self.programs(regex, source), set(), regex)
        self.assertEqual(self.programs("need", source, file="/x/plan/need.cc"), set())

    def test_other_tests_say_what_they_run_and_name(self):
        def of(name, command, **properties):
            properties = [{"name": key, "value": value} for key, value in properties.items()]
            return needed.of_test({"name": name, "command": command, "properties": properties}, "/x/build/dev")
        self.assertEqual(of("fuzz.text", ["/x/build/dev/tests/fuzz/fuzz_text", "/x/tests/fuzz/corpus/text"]), {"fuzz_text"})
        self.assertEqual(of("seeds", ["/bin/sh", "-c", "exec /x/build/dev/tests/simulate_seeds --first 1"]), {"simulate_seeds"})
        self.assertEqual(of("e2e.daily", ["python3"], ENVIRONMENT=["AIA_BINARY=/x/build/dev/controller/aiautoscaler", "A=b"],
                            LABELS=["cluster"]), {"aiautoscaler", "+cluster"})
        self.assertEqual(of("sanitized.asan", ["/bin/sh", "/x/tests/sanitized.sh", "asan", "/x/build/asan"]), {"+asan"})


if __name__ == "__main__":
    unittest.main()
