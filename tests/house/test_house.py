#!/usr/bin/env python3
"""The house's own rules, held by a test: what comments and docs name exists, folders include what they may, files open
with a paragraph, functions are short, and comments name their subjects.

Why: what nobody checks is soon false. Each check is a function of text, which its test also feeds with a bad example.
A ratchet is a number of known offenders: more fail, and so do fewer until the number here is lowered. Python's
standard library; the files are git's, or without git those of the folder.
"""
import collections, functools, itertools, os, re, shutil, subprocess, unittest
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("base", "cli", "controller", "forecasting", "simulation", "bench")
CODE = (".h", ".cc")

# Product files that do not open with a sentence of their own, by top-level folder.
NO_OPENING = {"base": 0, "bench": 0, "cli": 0, "controller": 0, "forecasting": 0, "simulation": 0}
# Functions of more than 70 lines, and how many they have.
MOST_LINES = 70
LONG_FUNCTIONS = {"cli/main.cc: main": 71, "cli/run.cc: run": 83}
# Functions of a complexity above 15, and the test that tries their cases one by one.
MOST_COMPLEX = 15
COMPLEX_FUNCTIONS = {
    "base/time.cc: parse_rfc3339": "tests/base/time_test.cc",
    "cli/main.cc: main": "tests/cli/test_run_command.py",
    "controller/host/crash_journal.cc: take_stock": "tests/controller/host/crash_journal_test.cc",
    "controller/http/make_transport.cc: stream": "tests/controller/http/transport_stream_test.cc",
    "controller/http/proxy.cc: excepts": "tests/controller/http/proxy_test.cc",
    "controller/http/url.cc: parse_base_url": "tests/controller/http/url_test.cc",
    "controller/loop/workload/pod_memory.cc: follow_starts": "tests/controller/loop/memory_test.cc",
    "controller/plan/need.cc: trouble_of": "tests/controller/plan/need_test.cc",
    "controller/prometheus/lexer.cc: next": "tests/controller/prometheus/selectors_test.cc",
    "controller/prometheus/quote.cc: take_escape": "tests/controller/prometheus/tenancy_test.cc",
    "controller/prometheus/selectors.cc: named": "tests/controller/prometheus/selectors_test.cc",
    "controller/prometheus/source.cc: ask": "tests/controller/prometheus/source_test.cc",
    "controller/prometheus/why_empty.cc: take_apart": "tests/controller/prometheus/why_empty_test.cc",
    "forecasting/classic/arima_css.cc: evaluate": "tests/forecasting/classic/arima_test.cc",
    "forecasting/classic/ets.cc: forecast": "tests/forecasting/classic/ets_test.cc",
    "forecasting/classic/theta.cc: fit_theta": "tests/forecasting/classic/theta_test.cc",
    "forecasting/exam/m4_questions.cc: m4_questions": "tests/forecasting/batch/m4_test.cc",
    "forecasting/learner/horizon_learner.cc: issue": "tests/forecasting/learner/horizon_learner_test.cc",
    "forecasting/series/decomposition.cc: decompose": "tests/forecasting/series/season_detection_test.cc",
    "forecasting/series/season_detection.cc: detect_seasons": "tests/forecasting/series/season_detection_test.cc",
    "simulation/faults/checks_capacity.cc: check_capacity": "tests/simulation/planted_test.cc",
    "simulation/faults/checks_capacity.cc: check_conflicts": "tests/simulation/planted_test.cc",
    "simulation/faults/checks_kinds.cc: check_scale_in_goes_on": "tests/simulation/planted_kinds_test.cc",
    "simulation/faults/checks_state.cc: check_cycles": "tests/simulation/planted_test.cc",
    "simulation/faults/checks_state.cc: check_conditions": "tests/simulation/planted_test.cc",
    "simulation/faults/checks_writes.cc: check_one_writer": "tests/simulation/planted_test.cc",
    "simulation/faults/faulty_metrics.cc: query": "tests/simulation/planted_kinds_test.cc",
    "simulation/faults/stage_acts.cc: act_on": "tests/simulation/planted_kinds_test.cc",
    "simulation/faults/truths.cc: blocks": "tests/simulation/planted_kinds_test.cc",
    "simulation/replay/scenario.cc: validate_times": "tests/simulation/test_replay_command.py",
}
# At most so many percent of comment words are pronouns, by top-level folder; the aim is 4.
PRONOUNS = ("it", "that", "one", "what", "who", "others", "rest")
PRONOUN_SHARE = {"base": 2.5, "bench": 1.5, "cli": 1.7, "controller": 2.0, "forecasting": 2.0, "simulation": 2.2}
# Whom a folder may include (docs/architecture.md); base, on which all stand, is left out. "cli" and "bench" are the
# programs, which wire everything; "bench" stands below "cli".
ANY = None
DIVIDED = ("controller/kube", "controller/loop")  # folders whose rooms have edges of their own
MAY_INCLUDE = {
    "base": set(),
    "bench": ANY,
    "cli": ANY,
    "controller/api": set(),
    "controller/host": {"controller/ports", "controller/serve"},
    "controller/http": set(),
    "controller/kube": {"controller/api", "controller/ports", "controller/kube/client", "controller/kube/lease",
                        "controller/kube/nodepool", "controller/kube/report", "controller/kube/watch", "controller/kube/workload"},
    "controller/kube/client": {"controller/api", "controller/http", "controller/ports"},
    "controller/kube/credentials": {"controller/http", "controller/kube/client", "controller/ports"},
    "controller/kube/lease": {"controller/http", "controller/kube/client", "controller/lease", "controller/ports"},
    "controller/kube/nodepool": {"controller/api", "controller/http", "controller/kube/client", "controller/kube/watch",
                                 "controller/kube/workload", "controller/ports"},
    "controller/kube/report": {"controller/api", "controller/http", "controller/kube/client", "controller/kube/watch",
                               "controller/ports"},
    "controller/kube/watch": {"controller/http", "controller/kube/client", "controller/ports"},
    "controller/kube/workload": {"controller/api", "controller/http", "controller/kube/client", "controller/kube/watch",
                                 "controller/ports"},
    "controller/lease": set(),
    "controller/loop": {"controller/loop/cycle", "controller/loop/nodepool", "controller/loop/report",
                        "controller/loop/workload", "controller/ports"},
    "controller/loop/cycle": {"controller/api", "controller/ports"},
    "controller/loop/demand": {"controller/api", "controller/loop/cycle", "controller/plan", "controller/ports",
                               "forecasting/engine", "forecasting/values"},
    "controller/loop/nodepool": {"controller/api", "controller/loop/cycle", "controller/loop/report",
                                 "controller/loop/workload", "controller/plan", "controller/ports"},
    "controller/loop/report": {"controller/api", "controller/loop/cycle", "controller/ports"},
    "controller/loop/workload": {"controller/api", "controller/loop/cycle", "controller/loop/demand",
                                 "controller/loop/report", "controller/plan", "controller/ports"},
    "controller/plan": {"controller/api", "forecasting/values"},
    "controller/ports": {"controller/api"},
    "controller/prometheus": {"controller/api", "controller/http", "controller/ports"},
    "controller/serve": {"controller/api", "controller/ports"},
    "forecasting/batch": set(),
    "forecasting/classic": {"forecasting/series", "forecasting/values"},
    "forecasting/engine": {"forecasting/learner", "forecasting/members", "forecasting/values"},
    "forecasting/exam": {"forecasting/engine", "forecasting/series", "forecasting/values"},
    "forecasting/learner": {"forecasting/values"},
    "forecasting/members": {"forecasting/values"},
    "forecasting/series": set(),
    "forecasting/values": set(),
    "simulation": {"controller/api", "controller/lease", "controller/plan", "controller/ports"},
    "simulation/faults": {"controller/lease", "controller/loop", "controller/loop/cycle", "controller/ports", "simulation"},
    "simulation/replay": {"controller/api", "controller/loop", "controller/loop/cycle", "simulation"},
}

RULE = re.compile(r"\b[Rr]ules? (\d+(?:-\d+)?(?:(?:, | and )\d+(?:-\d+)?)*)")
TOP_FOLDERS = "base|bench|cli|controller|docs|forecasting|manifests|simulation|tests"
FILE = re.compile(r"(?<![\w./<-])(?:[\w-]+/)*[\w-]+\.(?:h|cc|py|md)\b(?![\w/]|\.\w)")
DECISION = re.compile(r"\b(?:if|for|while|case|catch)\b|&&|\|\||\?")
CPP_TOKEN = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|//[^\n]*|/\*.*?\*/', re.S)


# --- reading

@functools.lru_cache(maxsize=None)
def files():
    """Paths from the root: git's files, new ones among them; without git all that is no build."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    git = subprocess.run(command, cwd=ROOT, text=True, capture_output=True) if shutil.which("git") else None
    listed = git.stdout.splitlines() if git and git.returncode == 0 else []
    return frozenset(path for path in listed if (ROOT / path).is_file()) or walked()


def walked():
    found = set()
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in ("build", "__pycache__") and not name.startswith(".")]
        found |= {(Path(folder) / name).relative_to(ROOT).as_posix() for name in names}
    return frozenset(found)


@functools.lru_cache(maxsize=None)
def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def product():
    return sorted(path for path in files() if top_of(path) in PRODUCT and path.endswith(CODE))


def top_of(path):
    return path.split("/", 1)[0]


def folder_of(path):
    """The folder that may include others: of two parts, of three within DIVIDED."""
    parts = PurePosixPath(path).parts[:-1]
    return "/".join(parts[:3] if "/".join(parts[:2]) in DIVIDED else parts[:2])


def comments(path, text):
    """What comments say, lines that follow each other joined to a paragraph."""
    if path.endswith(CODE):
        without_texts = CPP_TOKEN.sub(lambda token: token[0] if token[0].startswith("//") else "", text)
        said = [line.partition("//")[2].lstrip("/< ") for line in without_texts.split("\n")]
    elif path.endswith(".md"):
        said = text.split("\n")
    else:
        marks = [re.search(r"(?:^|\s)#+ ?(.*)", line) for line in text.split("\n")]
        said = [mark[1] if mark else None for mark in marks]
        said += [""] + (re.findall(r'"""(.*?)"""', text, re.S) if path.endswith(".py") else [])
    return [" ".join(lines) for is_said, lines in itertools.groupby(said, bool) if is_said]


# --- the checks: values in, faults in words out

def ratchet(what, found, allowed):
    if len(found) > allowed:
        return [f"{what}: {len(found)} where {allowed} are known: {', '.join(found)}"]
    return [f"{what}: only {len(found)} are left, so lower {allowed} in this test"] if len(found) < allowed else []


def cited_rules(text):
    numbers = set()
    for cited in RULE.findall(text):
        for first, last in re.findall(r"(\d+)(?:-(\d+))?", cited):
            numbers |= set(range(int(first), int(last or first) + 1))
    return numbers


def rules_of(markdown):
    """Of each rule: {"Kept by": [(file, name)], "Proved by": [(file, name)]}."""
    rules = {}
    for number, body in re.findall(r"(?ms)^## (\d+)\. .*?\n(.*?)(?=^## |\Z)", markdown):
        lists = re.findall(r"(?ms)^\*\*(Kept by|Proved by)\*\*\n\n?(.*?)(?=^\*\*|\Z)", body)
        rules[int(number)] = {title: re.findall(r"`([^`:]+): \"?(.*?)\"?`", items) for title, items in lists}
    return rules


def rule_faults(rules, exists, reader):
    faults = []
    for number, rule in rules.items():
        faults += [f"rule {number}: nothing under {title}" for title in ("Kept by", "Proved by") if not rule.get(title)]
        for title, items in rule.items():
            for file, name in items:
                if not exists(file):
                    faults.append(f"rule {number}: {file} does not exist")
                elif not holds(reader(file), name, is_test=title == "Proved by"):
                    faults.append(f"rule {number}: {file} has no {name}")
    return faults


def holds(text, name, is_test):
    if not is_test:
        return re.search(rf"\b{re.escape(name.split('::')[-1])}\(", text) is not None
    case = rf'TEST_CASE(?:_METHOD)?\(\s*(?:\w+,\s*)?"{re.escape(name)}"'
    return re.search(rf"{case}|def {re.escape(name)}\(", text) is not None


@functools.lru_cache(maxsize=None)
def endings(paths):
    """Each path and all that it ends with: "controller/loop/cycle/turns.h", "loop/cycle/turns.h", "turns.h"."""
    return {path[start:] for path in paths for start in [0] + [mark.end() for mark in re.finditer("/", path)]}


def path_faults(said, paths, beside="", text=""):
    """Files that are named and do not exist. A name is a path from the root or from `beside`, the end of a path (unless
    it begins with a folder of the root), or a foreign header that `text` includes."""
    faults = []
    for name in FILE.findall(re.sub(r"https?://\S+", " ", said)):
        known = paths if re.match(rf"(?:{TOP_FOLDERS})/", name) else endings(paths)
        if name not in known and os.path.normpath(os.path.join(beside, name)) not in paths and f"/{name}>" not in text:
            faults.append(name)
    for name in re.findall(r"\bdocs/decisions/\d{4}\b", said):
        faults += [] if any(path.startswith(name) for path in paths) else [name]
    return faults


def opens_with_a_sentence(text):
    """A first paragraph that says something by itself: sending the reader to another file does not."""
    opening = re.match(r"(?://[^\n]*\n)*", text)[0].replace("//", " ")
    own = re.sub(r"[;,.:]?\s*\b[Ss]ee [\w./]+\.(?:h|cc)\b", "", " ".join(opening.split())).lstrip(". ")
    return any(len(sentence.split()) >= 6 for sentence in re.findall(r"\S.*?[.!?](?=\s|$)", own))


def edges_of(sources):
    """From folder to folder, by what files include; `sources`: path and text."""
    return {(folder_of(path), folder_of(included)) for path, text in sources
            for included in re.findall(r'(?m)^#include "([^"]+)"', text) if folder_of(included) not in (folder_of(path), "base")}


def edge_faults(edges, may):
    faults = [f"{here} includes {there}, which it may not" for here, there in edges
              if here not in may or may[here] is not ANY and there not in may[here]]
    declared = {(here, there) for here, theirs in may.items() for there in theirs or ()}
    return faults + [f"{here} no longer includes {there}: take that out" for here, there in declared - edges]


def circles(edges):
    """Those edges from whose end a way leads back to their beginning."""
    ways, known = set(edges), 0
    while len(ways) > known:
        known = len(ways)
        ways |= {(here, beyond) for here, there in ways for between, beyond in ways if between == there}
    return {(here, there) for here, there in edges if (there, here) in ways}


def functions(text):
    """Name, number of lines and complexity (McCabe 1976: decisions, and one) of each function: a block behind a parameter
    list that is in no function itself."""
    code = CPP_TOKEN.sub(lambda token: re.sub(r"[^\n]", " ", token[0]), text)
    code = re.sub(r"(?m)^#(?:.*\\\n)*.*$", "", code)
    found, depth, inside, begin = [], 0, None, 0
    for mark in re.finditer(r"[{};]", code):
        head = code[begin:mark.start()]
        if head.count("(") > head.count(")"):
            continue  # a default argument, or a lambda that is an argument
        if mark[0] == "{":
            depth += 1
            named = re.search(r"([~\w:]+|operator\S+)\s*\(", head)
            if inside is None and named and not re.match(r"\s*(?:namespace|enum)\b", head):
                first = begin + len(head) - len(head.lstrip())
                inside = (named[1].split("::")[-1], depth, first)
        elif mark[0] == "}":
            if inside and inside[1] == depth:
                body = code[inside[2]:mark.start()]
                found.append((inside[0], body.count("\n") + 1, 1 + len(DECISION.findall(body))))
                inside = None
            depth -= 1
        begin = mark.end()
    return found


def pronoun_share(paragraphs):
    """In percent of the words, and how many words there are."""
    words = [word.lower() for paragraph in paragraphs for word in re.findall(r"[A-Za-z']+", paragraph)]
    return (100 * sum(word in PRONOUNS for word in words) / len(words) if words else 0.0), len(words)


# --- the tests

class HouseTest(unittest.TestCase):
    maxDiff = None

    def none(self, faults):
        if faults := sorted(set(faults)):
            self.fail("\n  " + "\n  ".join(faults))

    def said(self):
        """Path and comment of all that speaks of files and rules."""
        for path in sorted(files()):
            speaks = path.endswith(CODE + (".py", ".cmake", "CMakeLists.txt", ".md"))
            if speaks and path != "CHANGELOG.md":  # which tells of files that were
                for paragraph in comments(path, read(path)):
                    yield path, paragraph

    def test_comments_are_found(self):
        text = '// One.\n// See http://x.\nint a;  ///< two\nauto s = "// no"; auto r = R"(// no)";\nint b;\n// three\n'
        self.assertEqual(comments("a.h", text), ["One. See http://x. two", "three"])
        self.assertEqual(comments("a.py", '# one\nx = 1\n"""two"""\n'), ["one", "two"])
        self.assertLessEqual(set(product()), walked())

    def test_rules_that_are_cited_exist(self):
        self.assertEqual(cited_rules("as in (rule 8). Rules 3-5, 7 and 12."), {3, 4, 5, 7, 8, 12})
        self.none(f"{path} cites what nobody can read: docs/rules.md has the rules" for path, said in self.said()
                  if re.search(r"(?i)\bdesign rule|\bof the design\b", said))
        known = set(rules_of(read("docs/rules.md")))
        self.none(f"{path} cites rule {number}" for path, said in self.said() for number in cited_rules(said) - known)

    def test_each_rule_names_its_code_and_its_proof(self):
        bad = rules_of("## 1. A\n\nText.\n\n**Kept by**\n\n- `a.cc: f`\n- `b.cc: g`\n\n"
                       "**Proved by**\n\n- `t.cc: \"x y\"`\n\n## 2. B\n\nText.\n")
        texts = {"a.cc": "int g() {}", "t.cc": 'TEST_CASE("x y z") {'}
        self.assertEqual(rule_faults(bad, texts.__contains__, texts.get),
                         ["rule 1: a.cc has no f", "rule 1: b.cc does not exist", "rule 1: t.cc has no x y",
                          "rule 2: nothing under Kept by", "rule 2: nothing under Proved by"])
        rules = rules_of(read("docs/rules.md"))
        self.assertEqual(list(rules), list(range(1, 13)))
        self.none(rule_faults(rules, files().__contains__, read))

    def test_files_that_are_named_exist(self):
        there = frozenset({"controller/loop/cycle/turns.h", "docs/a.md", "docs/decisions/0001-b.md"})
        self.assertEqual(path_faults("turns.h, loop/cycle/turns.h, a.md, docs/decisions/0001, https://x.io/no.md", there), [])
        self.assertEqual(path_faults("(a.md)", there, "docs"), [])
        self.assertEqual(path_faults("libz.h", there, "", "#include <z/libz.h>"), [])
        self.assertEqual(path_faults("loop/" + "gone.h. See docs/" + "b.md and docs/decisions/" + "0002", there),
                         ["loop/" + "gone.h", "docs/" + "b.md", "docs/decisions/" + "0002"])
        self.none(f"{path} names {name}" for path, said in self.said()
                  for name in path_faults(said, files(), os.path.dirname(path), read(path)))

    def test_files_open_with_a_sentence(self):
        self.assertTrue(opens_with_a_sentence("// What is kept of a demand between cycles.\n// See a.h.\nint a;"))
        nothing = "// a heading and no sentence at all\n"
        for bad in ("int a;", "// See a.h.\nint a;", "// Trust; see judge.h.\n", nothing):
            self.assertFalse(opens_with_a_sentence(bad), bad)
        for top in PRODUCT:
            bad = [path for path in product() if top_of(path) == top and not opens_with_a_sentence(read(path))]
            with self.subTest(top):
                self.none(ratchet(f"files of {top}/ that open without a sentence", bad, NO_OPENING[top]))

    def test_folders_include_what_they_may(self):
        edges = edges_of([("controller/kube/watch/a.cc", '#include "controller/kube/c.h"\n#include "controller/api/d/e.h"\n')])
        self.assertEqual(edges, {("controller/kube/watch", "controller/kube"), ("controller/kube/watch", "controller/api")})
        edges = edges_of([("controller/plan/a.cc", '#include "controller/kube/b.h"\n#include <map>\n')])
        self.assertEqual(edge_faults(edges, {"controller/plan": {"controller/api"}}),
                         ["controller/plan includes controller/kube, which it may not",
                          "controller/plan no longer includes controller/api: take that out"])
        self.assertEqual(circles({("a", "b"), ("b", "c"), ("c", "b")}), {("b", "c"), ("c", "b")})
        edges = edges_of((path, read(path)) for path in product())
        self.none(edge_faults(edges, MAY_INCLUDE))
        self.assertEqual(circles(edges), set())
        self.none(f"{here} includes cli" for here, there in edges if there == "cli")

    def test_functions_are_short(self):
        text = ("namespace a {\nint f(int x, S s = {}) {\n  if (x) {\n  }\n  g([] { return '}'; });\n}\n"
                "struct S {\n  void g() const {}\n};\n}\n")
        self.assertEqual(functions(text), [("f", 5, 2), ("g", 1, 1)])
        self.assertEqual(functions("void long_one() {\n" + "  x();\n" * 70 + "}\n"), [("long_one", 72, 1)])
        long = {f"{path}: {name}": lines for path in product() if top_of(path) != "bench"
                for name, lines, _ in functions(read(path)) if lines > MOST_LINES}
        self.assertEqual(long, LONG_FUNCTIONS, f"more than {MOST_LINES} lines; what got shorter is to be lowered here")

    def test_complex_functions_have_a_test_of_their_own(self):
        self.assertEqual(functions("int f() { return a && b ? c : d; }\nvoid g() { for (;;) switch (x) { case 1: case 2:; } }\n"),
                         [("f", 1, 3), ("g", 1, 4)])
        complex_ones = {f"{path}: {name}" for path in product() if top_of(path) != "bench"
                        for name, _, decisions in functions(read(path)) if decisions > MOST_COMPLEX}
        self.assertEqual(complex_ones, set(COMPLEX_FUNCTIONS), "split the function, or give it a table test and name the test here")
        self.none(f"{test} does not exist" for test in COMPLEX_FUNCTIONS.values() if test not in files())

    def test_ctest_can_name_each_case(self):
        case = re.compile(r'TEST_CASE(?:_METHOD)?\(\s*(?:\w+,\s*)?"((?:\\.|[^"\\])*)"')
        self.assertEqual(case.findall('TEST_CASE("a; b") { f("c; d"); }'), ["a; b"])
        self.none(f"{path}: ctest splits the name at its semicolon: {name}" for path in files()
                  if path.startswith("tests/") and path.endswith(CODE) for name in case.findall(read(path)) if ";" in name)

    def test_comments_name_their_subject(self):
        self.assertEqual(pronoun_share(["It is what it was.", "The node pool"]), (37.5, 8))
        self.assertEqual(ratchet("x", ["a", "b"], 1), ["x: 2 where 1 are known: a, b"])
        self.assertEqual(ratchet("x", ["a"], 2), ["x: only 1 are left, so lower 2 in this test"])
        folders = collections.defaultdict(list)
        for path in product():
            for folder in {folder_of(path), top_of(path) + "/…"}:
                folders[folder] += comments(path, read(path))
        for folder, said in sorted(folders.items()):
            print(f"{folder}: {pronoun_share(said)[0]:.1f} % of {pronoun_share(said)[1]} comment words are pronouns")
        for top, share in PRONOUN_SHARE.items():
            with self.subTest(top):
                self.assertLessEqual(pronoun_share(folders[top + "/…"])[0], share)


if __name__ == "__main__":
    unittest.main()
