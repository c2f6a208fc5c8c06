#!/usr/bin/env python3
"""Checks the tree against the graph of rooms that CMake wrote down.

    architecture.py SOURCE_FOLDER ROOMS_JSON

Prints each violation as `file: what is wrong` and exits 1 if there is one. What it refuses:

- an include of another room that no DEPENDS of this room names (TEST_DEPENDS counts for tests,
  fuzzers and benches), or of a header that no room has;
- another room's x_internal.h;
- an adapter's header in the app outside its wiring;
- the room of tests' folders and processes (scratch) in the product;
- a foreign header outside the rooms that the table below gives it to;
- a source file that no room or test lists;
- a file named for nothing: utils, helpers, common.
"""

import json
import pathlib
import re
import sys

# Foreign headers: pattern -> the rooms (or kinds of file) that may include them, and why only they.
# A header that matches no line and is not of the C++ standard library is refused: add a line.
EVERYWHERE = {"*"}
FOREIGN = [
    (r"duckdb\.h", {"src/system/adapters/duckdb"}, "the adapter alone knows DuckDB"),
    (r"sqlite3\.h", {"src/system/adapters/sqlite", "tests/crash"},
     "the adapter alone knows SQLite; a test cuts its power"),
    (r"CLI/.*", {"src/system/app"}, "only the command line parses a command line"),
    (r"nlohmann/.*", {"src/foundation/base"}, "2 s to compile, and base/json.h is strict where it is not"),
    (r"yaml-cpp/.*", {"src/system/project"}, "only the project folder is YAML"),
    (r"spdlog/.*", {"src/foundation/base"}, "7 s to compile; others log through base"),
    (r"date/.*", {"src/foundation/column", "src/rules/rule", "src/rules/interpret", "src/jobs/job", "src/system/app",
                  "src/system/project"},
     "zones and calendar days; the interpreter has its own readers and may not share column's"),
    (r"openssl/.*", {"src/foundation/files"}, "hashes of files; nobody else needs to know whose they are"),
    (r"fmt/.*", EVERYWHERE, "std::format is not in g++ 12"),
    (r"(gtest|gmock)/.*", {"test"}, "product code knows no test"),
    (r"benchmark/.*", {"bench"}, "product code knows no benchmark"),
    (r"(fcntl|unistd|signal|dirent|poll|fnmatch|glob)\.h|sys/.*",
     {"src/foundation/base", "src/foundation/files", "src/foundation/lease", "src/foundation/scratch", "src/system",
      "test"},
     "the operating system stands at the bottom and at the top; rules and tags know nothing of it"),
    (r"cxxabi\.h|(imm|x86|emm)intrin\.h|arm_neon\.h", {"src/foundation/base", "src/rules/engine"}, "SIMD"),
]
HEAVY = r"(nlohmann|spdlog|CLI)/.*"  # slow to compile: never in a header of ours
# The one source of the program that names adapters; its other sources ask for what it makes.
WIRING = "src/system/app/wiring.cpp"
# What rules and jobs may not know, although it is standard: they are pure functions of their input.
PURE = ("src/rules/", "src/jobs/job/")
IMPURE = r"thread|future|filesystem|fstream|iostream|condition_variable"

EMPTY_NAMES = r"(^|[_.\-])(utils?|helpers?|common)([_.\-]|$)"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def kind_of(path):
    match = re.search(r"_(test|fuzz|bench)$", path.stem)
    return match.group(1) if match else "product"


class House:
    """The rooms of rooms.json, found by folder and by the path that an include starts with."""

    def __init__(self, rooms):
        self.rooms = rooms
        self.by_folder = {room["folder"]: room for room in rooms if room["kind"] == "room"}
        # src/rules/rule is included as rule/..., src/system/adapters/duckdb as adapters/duckdb/...
        self.by_prefix = {folder.split("/", 2)[2]: room for folder, room in self.by_folder.items()
                          if folder.count("/") >= 2}
        self.by_name = {room["name"]: room for room in rooms if room["kind"] == "room"}

    def of_file(self, relative):
        """The room that a file below src/ stands in, or None."""
        folders = (str(parent) for parent in relative.parents)
        return next((self.by_folder[f] for f in folders if f in self.by_folder), None)

    def of_include(self, name):
        folders = (str(parent) for parent in pathlib.PurePosixPath(name).parents)
        return next((self.by_prefix[f] for f in folders if f in self.by_prefix), None)

    def tests_in(self, folder):
        return [room for room in self.rooms if room["kind"] == "test" and room["folder"] == folder]


def check_own_include(house, root, name, kind, user):
    """`user` has folder, name and the allowed room names."""
    owner = house.of_include(name)
    if owner is None or not any((root / folder / name).is_file() for folder in include_roots(owner)):
        return f'includes "{name}", which is in no room'
    if owner["folder"] == user["folder"]:
        return None
    if owner["name"] == "scratch" and kind == "product":
        return f'includes "{name}", which is for tests: name scratch in TEST_DEPENDS'
    if pathlib.PurePosixPath(name).stem.endswith("_internal"):
        return f'includes "{name}", which is internal to {owner["folder"]}'
    if owner["name"] not in user["allowed"]:
        listed = "DEPENDS" if kind == "product" else "DEPENDS or TEST_DEPENDS"
        return f'includes "{name}", but {listed} of {user["name"]} does not name {owner["name"]}'
    return None


def include_roots(room):
    return ["/".join(room["folder"].split("/")[:2])]


def check_foreign_include(name, path, folder, kind):
    for pattern, owners, why in FOREIGN:
        if not re.fullmatch(pattern, name):
            continue
        if path.suffix == ".h" and re.fullmatch(HEAVY, name):
            return f"includes <{name}> in a header: {why}"
        allowed = any(owner in ("*", kind) or (folder + "/").startswith(owner + "/") for owner in owners)
        if not allowed:
            return f"includes <{name}>, which only {', '.join(sorted(owners))} may see: {why}"
        return None
    if re.search(r"[./]", name):
        return f"includes <{name}>, which the table of foreign headers does not list"
    if kind == "product" and (folder + "/").startswith(PURE) and re.fullmatch(IMPURE, name):
        return f"includes <{name}>: rules and jobs know no threads, files or terminals"
    return None


def check_file(house, root, path):
    relative = path.relative_to(root)
    kind = kind_of(path)
    in_src = relative.parts[0] == "src"
    if in_src:
        room = house.of_file(relative)
        if room is None:
            yield "stands in no room"
            return
        if path.suffix == ".cpp":
            listed = {str(pathlib.PurePosixPath(room["folder"]) / source)
                      for key in ("sources", "tests", "fuzzers", "benches", "program") for source in room[key]}
            if str(relative) not in listed:
                yield f"is listed by no room: {room['folder']}/CMakeLists.txt does not name it"
        allowed = set(room["depends"])
        if kind != "product":
            allowed |= set(room["test_depends"])
        user = {"folder": room["folder"], "name": room["name"], "allowed": allowed}
    else:
        # What stands below tests/ crosses rooms; what a folder's tests name, its files may include.
        kind = "test"
        tests = house.tests_in(str(relative.parent))
        allowed = {name for test in tests for name in test["depends"]} if tests else set(house.by_name)
        if tests and path.suffix == ".cpp" and all(
                path.name not in test["sources"] + test["program"] for test in tests):
            yield f"is listed by no test: {relative.parent}/CMakeLists.txt does not name it"
        user = {"folder": str(relative.parent), "name": str(relative.parent), "allowed": allowed}

    for bracket, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
        if bracket == "<":
            problem = check_foreign_include(name, path, user["folder"], kind)
        elif not in_src and (path.parent / name).is_file():
            problem = None
        elif re.fullmatch(r"duckdb\.h|tagsmith\.h", name):
            problem = check_foreign_include(name, path, user["folder"], kind)
        else:
            problem = check_own_include(house, root, name, kind, user)
            if name.startswith("adapters/") and user["folder"] == "src/system/app" and str(relative) != WIRING:
                problem = problem or f'includes "{name}", which only {WIRING} may see'
        if problem:
            yield problem


def check_names(root):
    for top in ("src", "tests", "include", "tools", "cmake", "benchmarks"):
        for path in sorted((root / top).rglob("*")):
            if re.search(EMPTY_NAMES, path.name):
                yield f"{path.relative_to(root)}: is named for nothing; name it for its concept"


def violations(root, rooms):
    house = House(rooms)
    for top in ("src", "tests"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".h", ".cpp"):
                for problem in check_file(house, root, path):
                    yield f"{path.relative_to(root)}: {problem}"
    yield from check_names(root)


def main():
    root, rooms = pathlib.Path(sys.argv[1]), json.loads(pathlib.Path(sys.argv[2]).read_text())
    found = list(violations(root, rooms))
    print("\n".join(found) if found else f"{len(rooms)} rooms and tests keep to the architecture")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
