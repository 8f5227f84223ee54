#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs an example and compares what it prints with what it should.

    check_output.py PROGRAM EXPECTED

Exits with 1 if the program fails or its standard output is not the text in the file EXPECTED.
"""

import difflib
import pathlib
import subprocess
import sys


def main():
    program, expected = sys.argv[1:]
    ran = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=False)
    wanted = pathlib.Path(expected).read_text(encoding="utf-8")
    sys.stdout.writelines(difflib.unified_diff(wanted.splitlines(True), ran.stdout.splitlines(True), expected, program))
    if ran.returncode != 0:
        print(f"{program} exited with {ran.returncode}")
    sys.exit(ran.returncode != 0 or ran.stdout != wanted)


if __name__ == "__main__":
    main()
