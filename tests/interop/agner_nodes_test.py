#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The agner program among nodes: node, ping, call and names, with real peers; what it prints, and its exit codes. And interop_node's table of puppets, told by a real erl.

    agner_nodes_test.py AGNER INTEROP_NODE
"""

import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

INTEROP_NODE = sys.argv.pop(2)
AGNER = sys.argv.pop(1)
SECONDS_MAX = 30
A = "a@127.0.0.1"
COOKIE = ["-setcookie", "c"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Among(unittest.TestCase):
    """Tests with an epmd and a home of their own."""

    begins_epmd = True

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("ERL_", "XDG_"))}
        self.surroundings |= {"ERL_EPMD_PORT": str(free_port()), "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        if self.begins_epmd:
            self.begin("epmd", "-port", self.surroundings["ERL_EPMD_PORT"], stderr=subprocess.DEVNULL)
            self.wait_for_port(int(self.surroundings["ERL_EPMD_PORT"]))

    def wait_for_port(self, port):
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        self.fail("epmd does not answer")

    def begin(self, *command, **more):
        """A program that ends with the test."""
        began = subprocess.Popen(command, env=self.surroundings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more)

        def end():
            with began:
                began.kill()

        self.addCleanup(end)
        return began

    def node(self, *flags, program=(AGNER, "node"), name=A):
        began = self.begin(*program, *flags, stderr=subprocess.DEVNULL)
        self.assertEqual(began.stdout.readline(), f"ready {name}\n")
        return began

    def interop_node(self, *flags):
        return self.node("-name", A, *flags, program=(INTEROP_NODE,))

    def agner(self, *words, **variables):
        return subprocess.run([AGNER, *words], capture_output=True, text=True, timeout=SECONDS_MAX, env=self.surroundings | variables)

    def erl(self, name, flags, expressions):
        """What `io:format` writes in a node of Erlang's."""
        said = subprocess.run(["erl", "-noshell", "-name", name, *flags, "-eval", expressions + ", halt()."],
                              capture_output=True, text=True, timeout=SECONDS_MAX, env=self.surroundings, stdin=subprocess.DEVNULL)
        return said.stdout

    def says(self, said, out, code):
        self.assertEqual((said.stdout, said.returncode), (out, code), said.stderr)


class Ping(Among):
    def test_a_node_answers_and_ends_when_told(self):
        node = self.node("-name", A, *COOKIE)

        self.says(self.agner("ping", A, *COOKIE), "pong\n", 0)
        self.says(self.agner("ping", A, "-name", "b@127.0.0.1", *COOKIE), "pong\n", 0)
        node.send_signal(signal.SIGTERM)
        out, _ = node.communicate(timeout=SECONDS_MAX)
        self.assertEqual((node.returncode, out), (0, ""))
        self.says(self.agner("ping", A, *COOKIE), "pang\n", 1)

    def test_a_wrong_cookie_is_told(self):
        self.node("-name", A, *COOKIE)

        refused = self.agner("ping", A, "-setcookie", "d")

        self.says(refused, "pang\n", 1)
        self.assertIn("cookie", refused.stderr)

    def test_erl_and_agner_answer_each_other(self):
        self.node("-name", A, *COOKIE)
        self.assertEqual(self.erl("b@127.0.0.1", COOKIE, f'io:format("~w", [net_adm:ping(\'{A}\')])'), "pong")

        erl = self.begin("erl", "-noshell", "-name", "b@127.0.0.1", *COOKIE, "-eval", 'io:format("ready~n")', stderr=subprocess.DEVNULL)
        self.assertEqual(erl.stdout.readline(), "ready\n")
        self.says(self.agner("ping", "b@127.0.0.1", *COOKIE), "pong\n", 0)

    def test_short_names_are_of_this_host(self):
        host = socket.gethostname().split(".")[0]
        self.node("-sname", "short", *COOKIE, name=f"short@{host}")

        self.says(self.agner("ping", f"short@{host}", *COOKIE), "pong\n", 0)


class WithoutEpmd(Among):
    begins_epmd = False

    def test_a_node_starts_it_for_all(self):
        # The daemon outlives its nodes, and ends when asked once they are gone; the node ends first.
        self.addCleanup(subprocess.run, ["epmd", "-kill"], env=self.surroundings, capture_output=True, timeout=SECONDS_MAX)

        self.node("-name", A, *COOKIE)

        self.says(self.agner("ping", A, *COOKIE), "pong\n", 0)
        self.assertEqual(self.erl("b@127.0.0.1", COOKIE, f'io:format("~w", [net_adm:ping(\'{A}\')])'), "pong")


class Call(Among):
    def test_prints_the_reply(self):
        self.interop_node(*COOKIE)

        for term, reply in (("get", "0"), ("{add, 5}", "5"), ("{add,-7}", "-2"), ("get", "-2")):
            self.says(self.agner("call", A, "counter", term, *COOKIE), reply + "\n", 0)

    def test_prints_any_term_on_one_line(self):
        erl = self.begin("erl", "-noshell", "-name", "b@127.0.0.1", *COOKIE, "-eval",
                         'register(mirror, self()), io:format("ready~n"), '
                         'F = fun F() -> receive {\'$gen_call\', From, R} -> gen_server:reply(From, R) end, F() end, F()', stderr=subprocess.DEVNULL)
        self.assertEqual(erl.stdout.readline(), "ready\n")

        long_list = "[" + ",".join(["12345678"] * 100) + "]"
        for term, reply in (("'an atom'", "'an atom'"), ("<<104,50>>", '<<"h2">>'), ("[104,105]", '"hi"'), ("#{a => -0.0}", "#{a => -0.0}"), ("-1", "-1"),
                            ("{1.5,[x|y]}", "{1.5,[x|y]}"), (long_list, long_list)):
            self.says(self.agner("call", "b@127.0.0.1", "mirror", term, *COOKIE), reply + "\n", 0)

    def test_prints_the_reason(self):
        self.interop_node(*COOKIE)

        self.says(self.agner("call", A, "counter", "crash", *COOKIE), "crashed\n", 1)
        self.says(self.agner("call", A, "counter", "get", *COOKIE), "0\n", 0)  # its supervisor has it again
        self.says(self.agner("call", A, "nobody", "get", *COOKIE), "noproc\n", 1)
        gone = self.agner("call", "gone@127.0.0.1", "counter", "get", *COOKIE)
        self.says(gone, "{nodedown,'gone@127.0.0.1'}\n", 1)


class Flags(Among):
    def test_come_from_variables_too(self):
        self.surroundings |= {"ERL_AFLAGS": "-setcookie c", "ERL_FLAGS": "-hidden -kernel logger_level error"}
        self.node("-name", A)

        self.says(self.agner("ping", A, ERL_AFLAGS="", ERL_FLAGS="", ERL_ZFLAGS="-setcookie c"), "pong\n", 0)
        self.says(self.agner("ping", A, ERL_AFLAGS="", ERL_FLAGS="-setcookie d"), "pang\n", 1)

    def test_come_from_files(self):
        (self.folder / "cookie").write_text("-setcookie c\n")
        (self.folder / "all").write_text(f"# a node\n-name {A} -args_file {self.folder}/cookie\n")
        self.node("-args_file", f"{self.folder}/all")

        self.says(self.agner("ping", A, "-args_file", f"{self.folder}/cookie"), "pong\n", 0)

    def test_for_the_emulator_are_explained(self):
        node = self.begin(AGNER, "node", "-name", A, *COOKIE, "-boot", "start_sasl", "-pa", "ebin", "-noinput", "-kernel", "net_ticktime", "30", "-ssl", "session_lifetime", "5",
                          stderr=subprocess.PIPE)
        self.assertEqual(node.stdout.readline(), f"ready {A}\n")
        node.send_signal(signal.SIGTERM)

        _, err = node.communicate(timeout=SECONDS_MAX)
        for flag in ("-boot", "-pa", "-noinput"):
            self.assertIn(flag, err)

    def test_bound_the_port(self):
        port = free_port()
        self.node("-name", A, *COOKIE, "-kernel", "inet_dist_listen_min", str(port), "inet_dist_listen_max", str(port))

        self.says(self.agner("names"), f"a {port}\n", 0)

    def test_make_a_cookie_for_all_in_the_home(self):
        self.node("-name", A)
        cookie = self.folder / ".erlang.cookie"
        self.assertEqual(stat.S_IMODE(cookie.stat().st_mode), 0o400)

        self.says(self.agner("ping", A), "pong\n", 0)
        self.assertEqual(self.erl("b@127.0.0.1", [], f'io:format("~w", [net_adm:ping(\'{A}\')])'), "pong")
        self.says(self.agner("ping", A, "-setcookie", cookie.read_text().strip()), "pong\n", 0)

    def test_for_tls_add_up_or_come_from_the_file_of_certs(self):
        certs = self.folder / "certs"
        self.assertEqual(self.agner("certs", str(certs), A, "b@127.0.0.1").returncode, 0)
        self.node("-name", A, *COOKIE, "-proto_dist", "inet_tls", "-ssl_dist_optfile", f"{certs}/{A}.conf")
        pem = f"{certs}/b@127.0.0.1.pem"
        one_by_one = ["-proto_dist", "inet_tls"]
        for end in ("server", "client"):
            for name, value in (("certfile", pem), ("keyfile", pem), ("cacertfile", f"{certs}/ca.pem"), ("verify", "verify_peer")):
                one_by_one += ["-ssl_dist_opt", f"{end}_{name}", value]

        self.says(self.agner("ping", A, "-name", "b@127.0.0.1", *COOKIE, *one_by_one), "pong\n", 0)
        self.says(self.agner("ping", A, "-name", "b@127.0.0.1", *COOKIE), "pang\n", 1)  # not over TCP
        erl = self.erl("b@127.0.0.1", [*COOKIE, "-proto_dist", "inet_tls", "-ssl_dist_optfile", f"{certs}/b@127.0.0.1.conf"],
                       f'io:format("~w", [net_adm:ping(\'{A}\')])')
        self.assertEqual(erl, "pong")

    def test_a_certificate_of_another_node_is_refused(self):
        certs = self.folder / "certs"
        self.assertEqual(self.agner("certs", str(certs), A, "b@127.0.0.1").returncode, 0)
        self.node("-name", A, *COOKIE, "-proto_dist", "inet_tls", "-ssl_dist_optfile", f"{certs}/{A}.conf")

        self.says(self.agner("ping", A, "-name", "c@127.0.0.1", *COOKIE, "-proto_dist", "inet_tls", "-ssl_dist_optfile", f"{certs}/b@127.0.0.1.conf"), "pang\n", 1)


class InteropNode(Among):
    def test_ends_at_the_end_of_input_or_when_told(self):
        for end in (lambda node: node.stdin.close(), lambda node: node.send_signal(signal.SIGTERM)):
            node = self.interop_node(*COOKIE)
            end(node)
            self.assertEqual(node.wait(timeout=SECONDS_MAX), 0)

    def test_puppets_do_what_erlangs_functions_do(self):
        self.interop_node(*COOKIE)

        said = self.erl("b@127.0.0.1", COOKIE, PUPPETS.replace("NODE", f"'{A}'"))

        self.assertEqual(said, "done")


# Each line raises badmatch with what came instead.
PUPPETS = """
    Do = fun(P, Command) -> P ! {do, self(), Command}, receive {done, P, Result} -> Result after 5000 -> {no_answer, Command} end end,
    Got = fun(P) -> receive {got, P, Message} -> Message after 5000 -> nothing end end,
    New = fun() -> gen_server:call({puppet_master, NODE}, new) end,
    process_flag(trap_exit, true),
    P = New(), Q = New(),
    P = Do(P, self),
    ['b@127.0.0.1'] = Do(P, nodes),
    P ! dropped,
    true = Do(P, {forward_to, self()}),
    P ! kept, kept = Got(P),
    false = Do(P, {trap_exit, true}), true = Do(P, {trap_exit, true}),
    true = Do(P, {register, puppet_p}), P = Do(P, {whereis, puppet_p}), undefined = Do(P, {whereis, nobody}),
    {to, pid} = Do(Q, {send, P, {to, pid}}), {to, pid} = Got(P),
    to_name = Do(Q, {send, puppet_p, to_name}), to_name = Got(P),
    {1} = Do(Q, {send, {puppet_p, NODE}, {1}}), {1} = Got(P),
    register(tester, self()), there = Do(Q, {send, {tester, node()}, there}), receive there -> ok end,
    gone = Do(Q, {send, {nobody, NODE}, gone}),
    true = Do(P, {link, Q}), true = Do(P, {unlink, Q}), true = Do(P, {link, self()}), true = Do(P, {unlink, self()}),
    Dropped = Do(P, {monitor, Q}), true = is_reference(Dropped), true = Do(P, {demonitor, Dropped}),
    R1 = Do(P, {monitor, Q}), true = Do(P, {link, Q}),
    Do(Q, {register, puppet_q}), R2 = Do(P, {monitor, {puppet_q, NODE}}), R3 = Do(P, {monitor, puppet_q}),
    true = Do(P, {exit, Q, [boo]}),
    Ends = lists:sort([Got(P), Got(P), Got(P), Got(P)]),
    Ends = lists:sort([{'EXIT', Q, [boo]}, {'DOWN', R1, process, Q, [boo]}, {'DOWN', R2, process, {puppet_q, NODE}, [boo]},
                       {'DOWN', R3, process, {puppet_q, NODE}, [boo]}]),
    S1 = Do(P, spawn), S1 = Do(S1, self),
    S2 = Do(P, spawn_link), S2 ! {do, self(), {exit, done_with_it}}, {'EXIT', S2, done_with_it} = Got(P),
    {S3, M3} = Do(P, spawn_monitor), S3 ! {do, self(), {exit, too}}, {'DOWN', M3, process, S3, too} = Got(P),
    W = monitor(process, P), link(P), P ! {do, self(), {exit, {reason, 1.5}}},
    receive {'EXIT', P, {reason, 1.5}} -> ok after 5000 -> exit(no_exit) end,
    receive {'DOWN', W, process, P, {reason, 1.5}} -> ok after 5000 -> exit(no_down) end,
    {echo, NODE} ! {self(), #{it => 1}}, receive {E, #{it := 1}} when is_pid(E) -> ok after 5000 -> exit(no_echo) end,
    0 = gen_server:call({counter, NODE}, get), 3 = gen_server:call({counter, NODE}, {add, 3}), ok = gen_server:cast({counter, NODE}, {add, 4}),
    7 = gen_server:call({counter, NODE}, get),
    {'EXIT', {crashed, _}} = (catch gen_server:call({counter, NODE}, crash)),
    Again = fun Again(0) -> never; Again(N) -> case catch gen_server:call({counter, NODE}, get) of 0 -> ok; _ -> timer:sleep(10), Again(N - 1) end end,
    ok = Again(500),
    io:format("done")
"""

if __name__ == "__main__":
    unittest.main(verbosity=2)
