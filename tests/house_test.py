#!/usr/bin/env python3
"""House rules as a test: the direction of includes, where adapters and throws may stand, and words
that say something is unfinished.

Prints "ok NAME" or "not ok NAME" lines and closes with "N passed, N failed".
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"

# The floor of each room (docs: src/README.md). A room includes only rooms on floors below it, or
# itself.
FLOOR = {
    "base": 1, "gs1": 2, "numbering": 3, "symbology": 3, "epcis": 3, "ledger": 4, "trace": 5,
    "rules": 6, "capture": 7, "plant": 8, "exchange": 8, "markets": 8, "verify": 8, "quality": 8,
    "access": 8, "adapters": 9, "api": 9, "cli": 10, "app": 10,
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
AMBIENT = re.compile(
    r"\b(system_clock::now|steady_clock::now|random_device|std::rand\b|gettimeofday|time\(nullptr\))")
AMBIENT_ALLOWED = {"adapters", "api", "app", "cli"}

failed = []
passed = []


def check(name, problems):
    problems = list(problems)
    if problems:
        failed.append(name)
        print(f"not ok {name}")
        for problem in problems[:50]:
            print(f"    {problem}")
    else:
        passed.append(name)
        print(f"ok {name}")


def sources():
    for path in sorted(SRC.rglob("*")):
        if path.suffix in {".h", ".cc", ".inc"}:
            yield path


def room_of(relative):
    return relative.split("/")[0]


def upward_includes(files=None):
    for path in files or sources():
        room = room_of(str(path.relative_to(SRC)))
        for target in INCLUDE.findall(path.read_text(encoding="utf-8")):
            other = room_of(target)
            if other == room or other not in FLOOR:
                continue
            if other == "adapters" and room == "app":
                continue
            if other == "adapters":
                yield f"{path.relative_to(ROOT)} includes {target}: only app/ names adapters"
            elif FLOOR[other] >= FLOOR[room] and room != "app":
                yield f"{path.relative_to(ROOT)} includes {target}: not on a floor below"


def long_lines():
    for path in sources():
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if len(line) > 100 and "http" not in line and path.suffix != ".inc":
                yield f"{path.relative_to(ROOT)}:{number} has {len(line)} columns"


def throws():
    for path in sources():
        room = room_of(str(path.relative_to(SRC)))
        if room in {"adapters"} or path.name.endswith("_test.cc"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            code = line.split("//")[0]
            if re.search(r"(^|[^\w.])throw\b(?!;)", code):
                yield f"{path.relative_to(ROOT)}:{number} throws"


def ambient():
    for path in sources():
        room = room_of(str(path.relative_to(SRC)))
        if room in AMBIENT_ALLOWED or path.name.endswith("_test.cc"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if AMBIENT.search(line.split("//")[0]):
                yield f"{path.relative_to(ROOT)}:{number} reads clock or chance without a port"


def unfinished():
    for folder in ("src", "bench", "fuzz", "proto", "packs", "cmake", "tools"):
        for path in sorted((ROOT / folder).rglob("*")):
            if not path.is_file() or "corpus" in path.parts:
                continue
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            for number, line in enumerate(text.split("\n"), 1):
                if UNFINISHED.search(line):
                    yield f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"


def unlisted_rooms():
    listed = (SRC / "README.md").read_text(encoding="utf-8")
    for room in sorted(path.name for path in SRC.iterdir() if path.is_dir()):
        if room not in FLOOR:
            yield f"src/{room}/ has no floor"
        if f"`{room}/`" not in listed and any((SRC / room).iterdir()):
            yield f"src/{room}/ is not in src/README.md"


def rule_sees_an_upward_include():
    """A rule that cannot fail proves nothing: show it one."""
    sample = SRC / "base" / "house_rule_sample.h"
    sample.write_text('#include "trace/trace.h"\n', encoding="utf-8")
    try:
        if not list(upward_includes([sample])):
            yield "an include of trace/ from base/ was not noticed"
    finally:
        sample.unlink()


check("includes run downward", upward_includes())
check("the include rule can fail", rule_sees_an_upward_include())
check("nothing throws outside adapters", throws())
check("clock and chance come through ports", ambient())
check("every room has its floor and its line in src/README.md", unlisted_rooms())
check("lines fit 100 columns", long_lines())
check("nothing calls itself unfinished", unfinished())
print(f"{len(passed)} passed, {len(failed)} failed")
sys.exit(1 if failed else 0)
