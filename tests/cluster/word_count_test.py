#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs examples/word_count/run, the whole cluster, and looks at its exit code and its table.

    word_count_test.py RUN PROGRAMS     RUN is the script, PROGRAMS the folder with the programs it starts
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

RUN, PROGRAMS = sys.argv[1:3]
ENVIRONMENT = {**os.environ, "AGNER_PROGRAMS": PROGRAMS}


def run(*files, cwd="/"):
    return subprocess.run([RUN, *map(str, files)], cwd=cwd, env=ENVIRONMENT, text=True, errors="replace", timeout=100,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def rows(output):
    """The table: {node: (files, words, remark)}."""
    table = {}
    for line in output.splitlines():
        row = re.fullmatch(r"(\S.*?) +(\d+) +(\d+)(?:   (.*))?", line)
        if row:
            table[row[1]] = (int(row[2]), int(row[3]), row[4] or "")
    return table


def processes_with(text):
    """Command lines of the processes that name `text`."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line:
            found.append(line)
    return found


class WordCount(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="word count ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def check(self, ran, files, words):
        said = ran.stdout + ran.stderr
        self.assertEqual(ran.returncode, 0, said)
        table = rows(ran.stdout)
        self.assertEqual(table["all"][:2], (files, words), said)
        self.assertEqual(table["Erlang's own count"], (files, words, "agrees"), said)
        shares = [table[f"{name}@127.0.0.1"] for name in ("north", "south", "erlang")]
        self.assertEqual((sum(s[0] for s in shares), sum(s[1] for s in shares)), (files, words), said)
        killed = re.fullmatch(r"killed: DOWN with noconnection, (\d+) of its files to others", shares[0][2])
        self.assertTrue(killed and int(killed[1]) >= 1, said)
        self.assertIn("refused, bad_cookie: ", ran.stdout)
        self.assertIn("refused, unknown_ca: ", ran.stdout)
        # Both sides are told why.
        self.assertRegex(ran.stderr, r"desk +! .*rejected: \{bad_cookie,")
        self.assertRegex(ran.stderr, r"guest +Connection attempt to node 'desk@127.0.0.1' failed: \{bad_cookie,")
        self.assertRegex(ran.stderr, r"desk +! .*rejected: \{tls_alert, \{unknown_ca,")
        self.assertRegex(ran.stderr, r"mallory +Connection attempt to node 'desk@127.0.0.1' failed: \{tls_alert, \{unknown_ca,")

    def test_counts_files_of_every_kind(self):
        few = [self.file(f"{i} words.txt", b" ".join([b"word"] * i)) for i in range(12)]
        odd = [
            self.file("empty", b""),
            self.file("-dash", b"two words"),
            self.file("d\u00e9j\u00e0 vu", "d\u00e9j\u00e0 vu".encode()),  # d, j, vu
            self.file(os.fsdecode(b"not utf-8 \xff"), bytes(range(256))),  # 0-9, A-Z, a-z
            self.file("big", b"x" * 262144 + b"y " + b"ab 12-z\n" * 500_000),  # one word across pieces, and three a line
        ]
        self.check(run(*few, *odd), 17, sum(range(12)) + 0 + 2 + 3 + 3 + 1 + 1_500_000)

    def test_one_file_is_enough_to_lose_a_node(self):
        self.file("only", b"one, two and three")
        self.check(run("only", cwd=self.folder), 1, 4)

    def test_two_at_once_do_not_meet(self):
        file = self.file("text", b"one two")
        both = [subprocess.Popen([RUN, str(file)], env=ENVIRONMENT, text=True, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE) for _ in range(2)]
        for ran in both:
            ran.stdout_text, ran.stderr_text = ran.communicate(timeout=100)
        for ran in both:
            self.check(subprocess.CompletedProcess(RUN, ran.returncode, ran.stdout_text, ran.stderr_text), 1, 2)

    def test_fails_if_the_counts_disagree(self):
        # Files that read otherwise for each process. There are more than workers, so that every node counts some.
        files = [f"/proc/self/{name}" for name in ("smaps", "maps", "environ", "cmdline", "status", "stat", "limits")]
        ran = run(*files)
        said = ran.stdout + ran.stderr
        self.assertEqual(ran.returncode, 1, said)
        self.assertIn("the counts disagree: the cluster has ", ran.stderr)
        self.assertRegex(rows(ran.stdout)["Erlang's own count"][2], r"DISAGREES by -?\d+", said)

    def test_fails_if_a_file_cannot_be_read_to_its_end(self):
        ran = run(self.file("text", b"word"), "/proc/self/mem")  # opens, and reading fails
        self.assertEqual(ran.returncode, 1, ran.stdout + ran.stderr)
        self.assertIn("/proc/self/mem: eio", ran.stderr)

    def test_refuses_what_is_no_file(self):
        os.mkfifo(self.folder / "pipe")
        ran = run(self.folder / "missing file", self.folder, self.folder / "pipe", self.file("good", b""))
        self.assertEqual(ran.returncode, 1)
        self.assertEqual(ran.stdout, "")
        self.assertEqual(ran.stderr.splitlines(), [
            f"word_count: {self.folder}/missing file: no such file",
            f"word_count: {self.folder}: a folder; name the files in it",
            f"word_count: {self.folder}/pipe: not a regular file",
        ])

    def test_leaves_nothing_behind_when_interrupted(self):
        scratch = self.folder / "scratch"
        scratch.mkdir()
        file = self.file("text", b"one two")
        ran = subprocess.Popen([RUN, str(file)], env={**ENVIRONMENT, "TMPDIR": str(scratch)}, text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        for line in ran.stderr:
            if "joins with" in line:
                break
        os.killpg(ran.pid, signal.SIGINT)
        ran.stderr.read()  # ends when the last of its processes has
        self.assertEqual(ran.wait(timeout=60), 130)
        ran.stderr.close()
        self.assertEqual(list(scratch.iterdir()), [])
        self.assertEqual(processes_with(str(scratch)), [])

    def test_leaves_nothing_behind_when_nobody_reads_on(self):
        scratch = self.folder / "scratch"
        scratch.mkdir()
        file = self.file("text", b"one two")
        ran = subprocess.Popen([RUN, str(file)], env={**ENVIRONMENT, "TMPDIR": str(scratch)}, text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for line in ran.stderr:
            if "joins with" in line:
                break
        ran.stderr.close()
        ran.wait(timeout=60)
        self.assertEqual(list(scratch.iterdir()), [])
        self.assertEqual(processes_with(str(scratch)), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
