#!/usr/bin/env python3
"""Runs the examples of the documentation as its readers would.

usage: tests/docs.py PROGRAM [PAGE...]      closes with "N passed, N failed"

A fenced ```console block in docs/user/ or docs/library/ holds lines "$ command", each followed by
its exact standard output. The commands are run by sh in an empty folder of the page, with the
program as `packtrail` in PATH and the project's root in $PACKTRAIL_SOURCE; the blocks of a page run
in order in one folder. A line "..." alone matches any number of lines. An exit code other than 0
is written behind the command: "$ command   # exit 3". A line that ends with a backslash goes on in
the next one.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = sorted([*(ROOT / "docs" / "user").glob("*.md"), *(ROOT / "docs" / "library").glob("*.md")])
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
EXIT = re.compile(r"\s+# exit (\d+)$")
TIMEOUT_SECONDS = 120


def steps(block, first_line):
    """(line number, command, expected exit code, expected output lines) of each command."""
    found = []
    continued = False
    for number, line in enumerate(block.split("\n")[:-1], first_line):
        if continued:
            found[-1][1] += "\n" + line
            continued = line.endswith("\\")
        elif line.startswith("$ "):
            found.append([number, line[2:], 0, []])
            continued = line.endswith("\\")
        elif found:
            found[-1][3].append(line)
        else:
            raise ValueError(f"line {number}: output before the first command")
    for step in found:
        if at := EXIT.search(step[1]):
            step[1], step[2] = step[1][:at.start()], int(at.group(1))
    return found


def matches(expected, actual):
    """Whether the lines agree; "..." stands for any number of lines."""
    if not expected:
        return not actual
    if expected[0] == "...":
        return any(matches(expected[1:], actual[n:]) for n in range(len(actual) + 1))
    return bool(actual) and expected[0] == actual[0] and matches(expected[1:], actual[1:])


def run_page(page, program, folder):
    """Runs a page; yields (line number, command, what is wrong or None)."""
    text = page.read_text(encoding="utf-8")
    environment = {
        "PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(folder), "LC_ALL": "C.UTF-8",
        "TZ": "UTC", "PACKTRAIL_SOURCE": str(ROOT), "TMPDIR": str(folder),
        "PACKTRAIL__WITNESS__FOLDER": str(folder / ".witness"),
    }
    work = folder / f"{page.parent.name}-{page.stem}"
    work.mkdir()
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start()) + 2
        for number, command, code, expected in steps(block.group(1), first):
            try:
                done = subprocess.run(["sh", "-c", command], cwd=work, env=environment,
                                      capture_output=True, timeout=TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                yield number, command, f"took more than {TIMEOUT_SECONDS} s"
                continue
            output = done.stdout.decode("utf-8", "backslashreplace").split("\n")
            if output[-1] == "":
                output.pop()
            if done.returncode != code:
                yield number, command, (f"exit {done.returncode}, not {code}\n"
                                        + "\n".join(output) + done.stderr.decode(errors="replace"))
            elif not matches(expected, output):
                yield number, command, ("printed\n" + "\n".join(output) + "\ninstead of\n"
                                        + "\n".join(expected))
            else:
                yield number, command, None


def check_itself():
    """A comparison that cannot fail proves nothing."""
    assert matches(["a", "...", "d"], ["a", "b", "c", "d"]) and matches(["..."], [])
    assert not matches(["a"], ["b"]) and not matches([], ["a"]) and not matches(["a"], [])
    assert not matches(["...", "x"], ["a"]) and not matches(["a", "..."], ["b"])
    found = steps("$ one \\\n  two   # exit 3\nout\n$ three\n", 10)
    assert found == [[10, "one \\\n  two", 3, ["out"]], [13, "three", 0, []]], found


def main():
    check_itself()
    given = pathlib.Path(sys.argv[1]).resolve()
    wanted = {pathlib.Path(page).resolve() for page in sys.argv[2:]}
    passed = failed = 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="packtrail-docs-"))
    try:
        (folder / "bin").mkdir()
        program = folder / "bin" / "packtrail"
        program.symlink_to(given)
        for page in PAGES:
            if wanted and page not in wanted:
                continue
            for number, command, problem in run_page(page, program, folder):
                if problem is None:
                    passed += 1
                else:
                    failed += 1
                    print(f"not ok {page.relative_to(ROOT)}:{number}: {command}\n    "
                          + problem.replace("\n", "\n    "))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
