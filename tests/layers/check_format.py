#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares every C++ file with what clang-format 19 makes of it.

    check_format.py [--fix] CLANG_FORMAT ROOT

Names the files that differ and exits with 1 if there are any; with --fix, formats them instead.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

from check_layers import files_of


def differs(clang_format, path, fix):
    mode = ["-i"] if fix else ["--dry-run", "-Werror"]
    done = subprocess.run([clang_format, "--style=file", *mode, str(path)], capture_output=True, text=True)
    if fix and done.returncode != 0:
        sys.exit(done.stderr)
    return done.returncode != 0


def main(arguments):
    fix = arguments[0] == "--fix"
    clang_format, root = arguments[-2], pathlib.Path(arguments[-1])
    paths = [root / name for name in files_of(root) if name.endswith((".hpp", ".cpp"))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        verdicts = list(workers.map(lambda path: differs(clang_format, path, fix), paths))
    bad = [path.relative_to(root).as_posix() for path, verdict in zip(paths, verdicts) if verdict]
    if bad:
        print("Not formatted; run clang-format-19 -i on them, or build the target format:", *bad, sep="\n  ")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
