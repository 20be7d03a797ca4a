#!/usr/bin/env python3
"""Writes the ```cpp blocks of a documentation page as C++ tests.

usage: tests/docs_cpp.py OUTPUT PAGE

A block is #include lines, then the statements of a function body, which may use the EXPECT macros.
Each becomes one test named after its page and line.
"""
import pathlib
import re
import sys

BLOCK = re.compile(r"^```cpp\n(.*?)^```$", re.M | re.S)


def main():
    output, page = map(pathlib.Path, sys.argv[1:])
    includes = {"#include <gtest/gtest.h>"}
    tests = []
    text = page.read_text(encoding="utf-8")
    name = re.sub(r"\W", "_", page.stem)
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 2
        lines = block.group(1).split("\n")
        includes.update(one for one in lines if one.startswith("#include"))
        # The includes stay as empty lines, so that an error names the page's own line.
        body = "\n".join("" if one.startswith("#include") else one for one in lines)
        tests.append(f'TEST(Docs, {name}_line_{line}) {{\n#line {line} "{page}"\n{body}}}\n')
    output.write_text("// Made by tests/docs_cpp.py from docs/library.\n"
                      + "\n".join(sorted(includes)) + "\n\nnamespace {\n\n"
                      + "\n".join(tests) + "\n}  // namespace\n", encoding="utf-8")


if __name__ == "__main__":
    main()
