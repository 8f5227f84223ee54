#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The agner program alone: its certificates as openssl and erl read them, names as epmd has them, and what it refuses.

    agner_program_test.py AGNER
"""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

AGNER = sys.argv.pop(1)
SECONDS_MAX = 30


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX, **more)


def agner(*words, **more):
    return run(AGNER, *words, **more)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Certs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.certs = pathlib.Path(self.folder.name) / "cör\"ts"

    def make(self, *nodes):
        made = agner("certs", str(self.certs), *nodes)
        self.assertEqual((made.returncode, made.stdout, made.stderr), (0, "", ""))

    def text_of(self, node):
        return run("openssl", "x509", "-in", str(self.certs / f"{node}.pem"), "-noout", "-ext", "subjectAltName").stdout

    def test_they_are_signed_by_the_authority(self):
        self.make("a@box", "b@box")

        for node in ("a@box", "b@box"):
            for purpose in ("sslserver", "sslclient"):
                checked = run("openssl", "verify", "-CAfile", str(self.certs / "ca.pem"), "-purpose", purpose, str(self.certs / f"{node}.pem"))
                self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_keys_are_for_their_owner_alone(self):
        self.make("a@box")

        self.assertEqual(sorted(p.name for p in self.certs.iterdir()), ["a@box.conf", "a@box.pem", "ca.key", "ca.pem"])
        for name in ("a@box.pem", "ca.key"):
            self.assertEqual((self.certs / name).stat().st_mode & 0o777, 0o600)
        pem = (self.certs / "a@box.pem").read_text()
        self.assertLess(pem.index("BEGIN CERTIFICATE"), pem.index("PRIVATE KEY"))

    def test_they_name_host_and_node(self):
        self.make("a@box", "a@127.0.0.1", "box.example.org")

        self.assertIn("DNS:box, URI:erl://a@box", self.text_of("a@box"))
        self.assertIn("DNS:127.0.0.1, IP Address:127.0.0.1, URI:erl://a@127.0.0.1", self.text_of("a@127.0.0.1"))
        self.assertNotIn("URI", self.text_of("box.example.org"))

    def test_an_authority_is_used_on(self):
        self.make("a@box")
        authority = (self.certs / "ca.pem").read_bytes(), (self.certs / "ca.key").read_bytes()

        self.make("b@box")

        self.assertEqual(((self.certs / "ca.pem").read_bytes(), (self.certs / "ca.key").read_bytes()), authority)
        self.assertEqual(run("openssl", "verify", "-CAfile", str(self.certs / "ca.pem"), str(self.certs / "b@box.pem")).returncode, 0)

    def test_erl_reads_the_option_file(self):
        self.make("a@box")

        said = run("erl", "-noshell", "-noinput", "-eval",
                   '[F] = init:get_plain_arguments(), [T] = (fun({ok, Ts}) -> Ts end)(file:consult(F)), '
                   '[{server, S}, {client, C}] = T, [true = filelib:is_regular(proplists:get_value(K, L)) || K <- [certfile, cacertfile], L <- [S, C]], '
                   'io:format("~w", [{proplists:delete(certfile, proplists:delete(cacertfile, S)), length(C)}]), halt().',
                   "-extra", str(self.certs / "a@box.conf"), env={**os.environ, "LC_ALL": "C.UTF-8"})

        self.assertEqual(said.stdout, "{[{verify,verify_peer},{fail_if_no_peer_cert,true}],3}", said.stderr)

    def test_names_that_are_none_are_refused_before_anything_is_made(self):
        for wrong in ("a b@box", "a@", "../a@box", "a@b/c", "a@b@c", ""):
            refused = agner("certs", str(self.certs), "a@box", wrong)
            self.assertEqual((refused.returncode, refused.stdout), (1, ""), wrong)
            self.assertFalse(self.certs.exists())

    def test_a_folder_that_cannot_be_made_is_named(self):
        refused = agner("certs", "/proc/none", "a@box")

        self.assertEqual(refused.returncode, 1)
        self.assertIn("/proc/none", refused.stderr)


class Names(unittest.TestCase):
    def setUp(self):
        self.port = free_port()
        self.surroundings = {**os.environ, "ERL_EPMD_PORT": str(self.port)}

    def test_they_are_those_of_epmd(self):
        epmd = subprocess.Popen(["epmd", "-port", str(self.port), "-address", "127.0.0.1"], stderr=subprocess.DEVNULL)
        self.addCleanup(epmd.wait)
        self.addCleanup(epmd.terminate)
        with socket.socket() as node:
            for _ in range(100):
                if node.connect_ex(("127.0.0.1", self.port)) == 0:
                    break
                time.sleep(0.1)
            node.sendall(b"\x00\x10x\x12\x34H\x00\x00\x06\x00\x05\x00\x03abc\x00\x00")
            self.assertEqual(node.recv(2), b"v\x00")

            said = agner("names", env=self.surroundings)

        self.assertEqual((said.returncode, said.stdout), (0, f"abc {0x1234}\n"), said.stderr)

    def test_there_are_none_without_epmd(self):
        said = agner("names", env=self.surroundings)

        self.assertEqual((said.returncode, said.stdout), (1, ""))
        self.assertIn(str(self.port), said.stderr)


    def test_what_is_no_epmd_lists_none(self):
        with socket.socket() as liar:
            liar.bind(("127.0.0.1", self.port))
            liar.listen()
            said = subprocess.Popen([AGNER, "names"], env=self.surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.addCleanup(said.kill)
            caller, _ = liar.accept()
            caller.recv(3)
            caller.sendall(b"\x00\x00\x00\x05name a at port 7\n")
            caller.close()
            out, err = said.communicate(timeout=SECONDS_MAX)

        self.assertEqual((said.returncode, out), (1, ""))
        self.assertIn(f"epmd of port 5, not of {self.port}", err)


class Words(unittest.TestCase):
    def test_one_fault_is_one_line(self):
        with tempfile.TemporaryDirectory() as folder:
            wrong = pathlib.Path(folder) / "wrong.conf"
            wrong.write_text('[{server, [{certfile, "/none"}]}].')
            raw = pathlib.Path(folder) / "raw.conf"
            raw.write_text('[{client, [{packet, 4}]}].')
            for words, where in ((["-sname", "a b"], "agner: -sname a b: "),
                                 (["-sname", "a", "-ssl_dist_optfile", "/none"], "agner: -ssl_dist_optfile /none: No such file or directory; "),
                                 (["-name", "a@127.0.0.1", "-setcookie", "c", "-proto_dist", "inet_tls", "-ssl_dist_optfile", str(wrong)],
                                  f"agner: {wrong}: the options of TLS for the server: option "),
                                 (["-name", "a@127.0.0.1", "-setcookie", "c", "-proto_dist", "inet_tls", "-ssl_dist_optfile", str(raw)],
                                  f"agner: {raw}: the options of TLS for the client: option packet: 4 is not valid"),
                                 (["-name", "a@127.0.0.1", "-setcookie", "c", "-proto_dist", "inet_tls"],
                                  "agner: the options of TLS for the server: option ")):
                said = agner("node", *words)
                self.assertEqual((said.returncode, said.stdout, said.stderr.count("\n")), (1, "", 1), said.stderr)
                self.assertTrue(said.stderr.startswith(where), said.stderr)

    def test_what_is_wrong_is_told_on_standard_error(self):
        for words in ([], ["nod"], ["ping"], ["call", "a@b", "c"], ["certs", "x"], ["names", "x"], ["ping", "a"], ["call", "a@b", "c", "{"],
                      ["node", "-snam", "a"], ["node", "-sname", "a b"], ["call", "a@b", "c", "d", "-proto_dist", "x"]):
            said = agner(*words)
            self.assertEqual((said.returncode, said.stdout), (1, ""), words)
            self.assertNotEqual(said.stderr, "", words)

    def test_help_is_there(self):
        for words in (["--help"], ["ping", "--help"]):
            said = agner(*words)
            self.assertEqual(said.returncode, 0)
            self.assertIn("NODE" if "ping" in words else "FLAGS", said.stdout)


class Node(unittest.TestCase):
    def test_it_is_ready_and_ends_when_told(self):
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            node = subprocess.Popen([AGNER, "node", "-noinput"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.addCleanup(node.kill)

            self.assertEqual(node.stdout.readline(), "ready nonode@nohost\n")
            node.send_signal(signal_number)

            out, err = node.communicate(timeout=SECONDS_MAX)
            self.assertEqual((node.returncode, out), (0, ""))
            self.assertIn("-noinput is accepted and does nothing", err)


class StandardFiles(unittest.TestCase):
    def test_what_is_closed_becomes_no_socket(self):
        node = subprocess.Popen([AGNER, "node", "-noinput"], stderr=subprocess.PIPE, text=True, preexec_fn=lambda: (os.close(0), os.close(1)))
        self.addCleanup(node.kill)

        self.assertIn("-noinput is accepted and does nothing", node.stderr.readline() + node.stderr.readline())
        self.assertEqual([os.readlink(f"/proc/{node.pid}/fd/{file}") for file in (0, 1)], ["/dev/null"] * 2)

        node.terminate()
        node.communicate(timeout=SECONDS_MAX)
        self.assertEqual(node.returncode, 0)

    def test_an_answer_that_cannot_be_written_is_no_success(self):
        with open("/dev/full", "w") as full:
            said = subprocess.run([AGNER, "node"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=SECONDS_MAX)

        self.assertEqual((said.returncode, said.stderr), (1, "agner: standard output: No space left on device\n"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
