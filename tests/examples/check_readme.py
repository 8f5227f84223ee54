#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the C++ blocks of README.md are compiled: the first is the whole of the first program, each other one stands in one of the others, wherever that begins its lines.

    check_readme.py README.md readme.cpp OTHER.cpp...
"""

import difflib
import pathlib
import re
import sys
import textwrap


def stands_in(block, program):
    """Line by line, each with the same indentation more."""
    wanted = textwrap.dedent(block).splitlines()
    lines = program.splitlines()
    for first in range(len(lines) - len(wanted) + 1):
        if textwrap.dedent("\n".join(lines[first:first + len(wanted)])).splitlines() == wanted:
            return True
    return False


def main():
    readme, program, *others = (pathlib.Path(name).read_text(encoding="utf-8") for name in sys.argv[1:])
    shown, *excerpts = re.findall(r"```cpp\n(.*?)```", readme, re.DOTALL) or [""]
    compiled = program[program.index("#include <"):]
    sys.stdout.writelines(difflib.unified_diff(compiled.splitlines(True), shown.splitlines(True), sys.argv[2], sys.argv[1]))
    missing = [block for block in excerpts if not any(stands_in(block, other) for other in others)]
    for block in missing:
        sys.stdout.write(f"in none of {', '.join(sys.argv[3:])}:\n{block}")
    sys.exit(shown != compiled or bool(missing))


if __name__ == "__main__":
    main()
