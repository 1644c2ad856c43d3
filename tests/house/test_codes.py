"""One home for stable words: controller/api/codes.h defines them, docs/reference/reasons.md explains each, nobody else spells them out."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENUMS = {"ConditionType": "Conditions", "Code": "Codes", "Action": "Actions", "EventAction": "Actions"}  # to their section of reasons.md

# Words of others that are spelled like ours: a condition's status, conditions of pods, nodes and Cluster API, values of our specs.
FOREIGN = {
    "controller/api/autoscaler.h": {"HoltWinters", "LastValue", "Paused", "SeasonalNaive"},
    "controller/api/meta.h": {"Unknown"},
    "controller/kube/nodepool/nodes.cc": {"Ready"},
    "controller/kube/workload/pod.cc": {"Ready"},
    "controller/kube/nodepool/actuator_machine_deployment.cc": {"Paused"},
}


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def enumerators(name):
    body = re.search(r"enum class %s : [\w:]+ {(.*?)}" % name, read("controller/api/codes.h"), re.S)
    return re.findall(r"\w+", body[1])


def strings_of(source):
    """String literals, those in comments left out."""
    token = r"""//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\])'|"((?:\\.|[^"\\\n])*)\""""
    return [match[1] for match in re.finditer(token, source, re.S) if match[1] is not None]


def documented(section):
    """(word, where) of each row of a section's table."""
    body = re.search(r"^## %s\n(.*?)(?=^## |\Z)" % section, read("docs/reference/reasons.md"), re.S | re.M)
    return re.findall(r"^\| `(\w+)` \| (.*?) \|", body[1], re.M)


def selectors(text):
    """{label: regular expressions, one of which it is to match or not to match} of every selector of a condition's metric."""
    for selector in re.findall(r"aiautoscaler_(?:pool_)?condition{(.*?)}", text.replace('\\"', '"')):
        matchers = re.findall(r'\b(type|reason)(=~|!~|!=|=)"([^"]*)"', selector)
        yield {label: value.split("|") if "~" in operator else [re.escape(value)] for label, operator, value in matchers}


class StableWords(unittest.TestCase):
    def test_an_enumerator_is_called_as_its_word(self):
        source = read("controller/api/codes.cc")
        for name in ENUMS:
            words = enumerators(name)
            self.assertEqual(words, sorted(words), f"{name}: alphabetical order, please")
            for enumerator, word in re.findall(r'\b%s::(\w+)(?:, |: return )"(\w+)"' % name, source):
                self.assertEqual(enumerator, word)
            missing = [word for word in words if f'"{word}"' not in source]
            self.assertEqual(missing, [], f"{name}: not spelled in codes.cc")

    def test_each_word_is_documented_and_no_other_is(self):
        for section in set(ENUMS.values()):
            words = {word for name, where in ENUMS.items() if where == section for word in enumerators(name)}
            rows = [word for word, _ in documented(section)]
            self.assertEqual(sorted(set(rows)), rows, f"reasons.md, {section}: alphabetical order and each once, please")
            self.assertEqual(words - set(rows), set(), f"reasons.md, {section}: not there")
            self.assertEqual(set(rows) - words, set(), f"reasons.md, {section}: not in codes.h")

    def test_nobody_else_spells_a_word_out(self):
        words = {word for name in ENUMS for word in enumerators(name)}
        found = {}
        for path in sorted((ROOT / "controller").rglob("*.[ch]*")):
            name = str(path.relative_to(ROOT))
            if path.suffix not in (".cc", ".h") or name.startswith("controller/api/codes."):
                continue
            spelled = words.intersection(strings_of(path.read_text(encoding="utf-8")))
            if spelled:
                found[name] = spelled
        self.assertEqual(found, FOREIGN, "write api::Code::…, or say in FOREIGN whose word it is")

    def test_alerts_dashboards_and_their_tests_match_words_that_exist(self):
        types, codes = enumerators("ConditionType"), documented("Codes")
        checked = 0
        for path in ("manifests/alerts/aiautoscaler.yaml", "manifests/monitoring/prometheus-operator/prometheus-rule.yaml",
                     "manifests/dashboards/aiautoscaler.json", "tests/e2e/alerts_test.yaml"):
            for selector in selectors(read(path)):
                of = [kind for kind in types for one in selector.get("type", []) if re.fullmatch(one, kind)]
                self.assertGreaterEqual(len(of), len(selector.get("type", [])), f"{path}: {selector}: no such type")
                for reason in selector.get("reason", []):
                    checked += 1
                    where = [place for word, place in codes if re.fullmatch(reason, word)]
                    self.assertNotEqual(where, [], f"{path}: no code is called {reason}")
                    # Ready repeats the reasons of all its parts.
                    said = of in ([], ["Ready"]) or any(f"`{kind}`" in place for kind in of for place in where)
                    self.assertTrue(said, f"{path}: {of} never has the reason {reason}")
        self.assertGreater(checked, 50)

    def test_what_docs_say_of_conditions_exists(self):
        types, codes = enumerators("ConditionType"), enumerators("Code")
        for path in sorted((ROOT / "docs").glob("*.md")):
            for kind, code in re.findall(r"`(\w+)` = `(\w+)`", path.read_text(encoding="utf-8")):
                if kind in types:
                    self.assertIn(code, codes, f"{path.name}: `{kind}` = `{code}`")


if __name__ == "__main__":
    unittest.main()
