#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the first C++ block of README.md is the example that is compiled.

    check_readme.py README.md readme.cpp
"""

import difflib
import pathlib
import re
import sys


def main():
    readme, program = (pathlib.Path(name).read_text(encoding="utf-8") for name in sys.argv[1:])
    block = re.search(r"```cpp\n(.*?)```", readme, re.DOTALL)
    shown = block.group(1) if block else ""
    compiled = program[program.index("#include <"):]
    sys.stdout.writelines(difflib.unified_diff(compiled.splitlines(True), shown.splitlines(True), sys.argv[2], sys.argv[1]))
    sys.exit(shown != compiled)


if __name__ == "__main__":
    main()
