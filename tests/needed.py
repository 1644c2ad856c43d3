#!/usr/bin/env python3
"""What a few tests need: `needed.py BUILD REGEX` prints the targets to build before ctest can run the tests whose names
match, and `+cluster`, `+asan`, `+tsan` or `+fuzz` where they need the control plane or a second build.

Why: `./dev test -R NAME` runs one test in seconds. Catch2's cases get their names when their programs run (PRE_TEST), so
that names of programs that are not built yet are read from their sources; all other tests are known to ctest.
"""
import json, re, subprocess, sys
from pathlib import Path

CASE = re.compile(r'(?:TEST_CASE|TEMPLATE_TEST_CASE|SCENARIO)\(\s*"((?:[^"\\]|\\.)*)"')
OBJECT = re.compile(r" -o (?:\S*/)?CMakeFiles/(\w+)\.dir/")
SECOND_BUILDS = {"sanitized.asan": "+asan", "sanitized.tsan": "+tsan", "sanitized.fuzz": "+fuzz"}


def cases(text):
    """Names of a source's cases."""
    return [re.sub(r"\\(.)", r"\1", name) for name in CASE.findall(text)]


def programs(commands, pattern, read=lambda path: Path(path).read_text(encoding="utf-8")):
    """Programs that have a case whose name, `program: case`, matches. `commands`: of compile_commands.json."""
    found = set()
    for entry in commands:
        target = OBJECT.search(entry["command"])
        if target and "/tests/" in entry["file"] and any(pattern.search(f"{target[1]}: {name}") for name in cases(read(entry["file"]))):
            found.add(target[1])
    return found


def of_test(test, build):
    """What a test that ctest knows needs: programs of the build that it runs or names, and more than that."""
    properties = {each["name"]: each["value"] for each in test.get("properties", [])}
    words = " ".join([*test.get("command", []), *properties.get("ENVIRONMENT", [])])
    found = {Path(path).name for path in re.findall(rf"{re.escape(build)}/[\w./-]+", words) if not Path(path).suffix}
    if "cluster" in properties.get("LABELS", []):
        found.add("+cluster")
    return found | {need for name, need in SECOND_BUILDS.items() if test["name"] == name}


def main(build, regex):
    build = str(Path(build).resolve())
    try:
        pattern = re.compile(regex)
    except re.error as error:
        sys.exit(f"-R: '{regex}' is no regular expression: {error}")
    with open(f"{build}/compile_commands.json", encoding="utf-8") as file:
        needed = programs(json.load(file), pattern)
    known = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], capture_output=True, text=True, check=True).stdout
    for test in json.loads(known)["tests"]:
        is_case = ": " in test["name"] or "_NOT_BUILT" in test["name"]
        if pattern.search(test["name"]) and not is_case:
            needed |= of_test(test, build)
    if not needed:
        sys.exit(f"-R: no test's name matches '{regex}'")
    print(*sorted(needed))


if __name__ == "__main__":
    main(*sys.argv[1:])
