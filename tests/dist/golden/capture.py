#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records what a real erl and a real epmd send: the golden bytes of handshake.txt, distribution.txt and epmd.txt (OTP 25.2.3).

    tests/dist/golden/capture.py [DIRECTORY]        (the files go there; default: beside this script)

It plays the other side of each protocol on loopback, with a private epmd, and writes one line a message: LABEL, tab, bytes in hexadecimal. A byte that
repeats more than 64 times is written as `xx*COUNT`. Names, pids and challenges differ from run to run: tests know only what the protocol fixes, and the
cookie, which is `monster`.
"""

import hashlib
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

COOKIE = "monster"
OURS = "peer@127.0.0.1"
THEIRS = "otp@127.0.0.1"

FLAGS = {
    "PUBLISHED": 0x1, "EXTENDED_REFERENCES": 0x4, "DIST_MONITOR": 0x8, "FUN_TAGS": 0x10, "DIST_MONITOR_NAME": 0x20, "NEW_FUN_TAGS": 0x80,
    "EXTENDED_PIDS_PORTS": 0x100, "EXPORT_PTR_TAG": 0x200, "BIT_BINARIES": 0x400, "NEW_FLOATS": 0x800, "SMALL_ATOM_TAGS": 0x4000,
    "UTF8_ATOMS": 0x10000, "MAP_TAG": 0x20000, "BIG_CREATION": 0x40000, "SEND_SENDER": 0x80000, "BIG_SEQTRACE_LABELS": 0x100000,
    "EXIT_PAYLOAD": 0x400000, "FRAGMENTS": 0x800000, "HANDSHAKE_23": 0x1000000, "UNLINK_ID": 0x2000000, "MANDATORY_25_DIGEST": 0x4000000,
    "SPAWN": 1 << 32, "V4_NC": 1 << 34, "ALIAS": 1 << 35,
}
MANDATORY = 0x1070F94
FEW = MANDATORY | FLAGS["DIST_MONITOR"] | FLAGS["DIST_MONITOR_NAME"] | FLAGS["ALIAS"]
MANY = sum(FLAGS.values()) & ~FLAGS["PUBLISHED"]

# What the erl node does once it has been sent {hello, Pid, Ref}: every way to make a signal cross.
DRIVER = r"""
-module(driver).
-export([start/0]).

start() ->
    register(driver, self()),
    receive {hello, Pid, Alias, Name, Traced, Large} -> run(Pid, Alias, Name, Traced, Large) end.

run(Pid, Alias, Name, Traced, Large) ->
    process_flag(trap_exit, true),
    net_kernel:connect_node(node(Pid)),
    Pid ! {message, 1},
    {Name, node(Pid)} ! {message, 2},
    Alias ! {message, 3},
    link(Pid), unlink(Pid),
    M = monitor(process, Pid), demonitor(M),
    N = monitor(process, {Name, node(Pid)}), demonitor(N),
    exit(Pid, {why, 4}),
    group_leader(self(), Pid),
    dying(fun() -> link(Pid), exit({broken, 5}) end),
    Traced andalso traced(Pid, Alias, Name),
    catch spawn_request(node(Pid), m, f, [a, b], [link, monitor]),
    Large andalso (Pid ! {large, binary:copy(<<0>>, 150000)}),
    Pid ! done,
    receive stop -> halt() end.

dying(F) ->
    {_, Ref} = spawn_monitor(F),
    receive {'DOWN', Ref, _, _, _} -> ok end.

traced(Pid, Alias, Name) ->
    seq_trace:set_token(label, 17),
    Pid ! {message, 6},
    {Name, node(Pid)} ! {message, 7},
    Alias ! {message, 8},
    exit(Pid, {why, 9}),
    seq_trace:set_token([]),
    dying(fun() -> link(Pid), seq_trace:set_token(label, 17), exit({broken, 10}) end).
"""


def u16(n):
    return struct.pack(">H", n)


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


def atom(text):
    return b"w" + bytes([len(text)]) + text.encode()


def pid(number):
    return b"X" + atom(OURS) + u32(number) + u32(0) + u32(77)


def reference(*words):
    return b"Z" + u16(len(words)) + atom(OURS) + u32(77) + b"".join(map(u32, words))


def tup(*items):
    return b"h" + bytes([len(items)]) + b"".join(items)


def hexadecimal(data):
    text, at = "", 0
    for run in re.finditer(rb"(?s)(.)\1{64,}", data):
        text += f"{data[at:run.start()].hex()} {run.group(1).hex()}*{len(run.group(0))} "
        at = run.end()
    return (text + data[at:].hex()).strip()


def exactly(sock, size):
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def digest(challenge):
    return hashlib.md5(f"{COOKIE}{challenge}".encode()).digest()


class Recorder:
    def __init__(self):
        self.lines = []

    def __call__(self, label, data):
        self.lines.append(f"{label}\t{hexadecimal(data)}\n")

    def write(self, path):
        path.write_text("".join(self.lines))


class Handshake:
    """One connection with 2-byte packets until it is up; what both sides send is recorded."""

    def __init__(self, sock, record, label):
        self.sock, self.record, self.label = sock, record, label

    def send(self, what, data):
        self.record(f"{self.label}: peer sends {what}", data)
        self.sock.sendall(u16(len(data)) + data)

    def receive(self, what):
        data = exactly(self.sock, struct.unpack(">H", exactly(self.sock, 2))[0])
        self.record(f"{self.label}: otp sends {what}", data)
        return data

    def start(self, flags, old=False):
        name = OURS.encode()
        if old:
            self.send("old name", b"n" + u16(5) + u32(flags & 0xFFFFFFFF) + name)
        else:
            self.send("name", b"N" + u64(flags) + u32(77) + u16(len(name)) + name)
        status = self.receive("status")
        if status == b"salive":
            self.send("status reply", b"strue")
        elif status not in (b"sok", b"sok_simultaneous"):
            return False
        theirs = struct.unpack(">I", self.receive("challenge")[9:13])[0]
        self.send("reply", b"r" + u32(1234567890) + digest(theirs))
        return self.receive("ack") == b"a" + digest(1234567890)

    def accept(self, flags, status=b"ok"):
        self.receive("name")
        self.send("status", b"s" + status)
        if status == b"alive":
            self.receive("status reply")
        if status in (b"not_allowed", b"nok"):
            return False
        name = OURS.encode()
        self.send("challenge", b"N" + u64(flags) + u32(4000000000) + u32(77) + u16(len(name)) + name)
        reply = self.receive("reply")
        theirs = struct.unpack(">I", reply[1:5])[0]
        self.send("ack", b"a" + digest(theirs))
        return reply[5:] == digest(4000000000)


def operation(frame):
    """The number of the operation in a frame's control message."""
    found = re.match(rb"(?s)(?:p\x83|\x83\x44\x00|\x83\x45.{16}\x00)h.a(.)", frame)
    return found.group(1)[0] if found else None


def frames(sock, record, label, last=None):
    """Records frames until the message `done` or the operation `last` has come. Returns the pid that sent `done`."""
    while True:
        frame = exactly(sock, struct.unpack(">I", exactly(sock, 4))[0])
        if not frame:
            continue
        if frame[:2] == b"\x83\x46":
            record(f"{label} continuation", frame)
        else:
            number = operation(frame)
            if b"features_request" in frame or b"init_connect" in frame or b"is_auth" in frame:
                continue
            if b"done" in frame[-16:]:
                return re.search(rb"(?s)Xw.{26}", frame).group(0)
            record(f"{label} op {number}", frame)
            if number == last:
                return None


class Epmd(threading.Thread):
    """An epmd that knows one name, ours, and records what it is asked."""

    def __init__(self, record, port):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.record, self.port, self.kept, self.theirs = record, port, [], 0
        self.start()

    @property
    def number(self):
        return self.listener.getsockname()[1]

    def run(self):
        while True:
            sock, _ = self.listener.accept()
            try:
                request = exactly(sock, struct.unpack(">H", exactly(sock, 2))[0])
            except EOFError:
                continue
            if request[:1] == b"x":
                self.record("erl asks: alive", u16(len(request)) + request)
                self.theirs = struct.unpack(">H", request[1:3])[0]
                sock.sendall(b"v\0" + u32(1))
                self.kept.append(sock)
            elif request[:1] == b"z":
                self.record("erl asks: port of", u16(len(request)) + request)
                sock.sendall(b"w\0" + u16(self.port) + b"H\0" + u16(6) + u16(5) + u16(4) + b"peer" + u16(0))
                sock.close()


class Erl:
    def __init__(self, directory, epmd, *flags):
        self.process = subprocess.Popen(
            ["erl", "-noinput", "-pa", str(directory), "-name", THEIRS, "-setcookie", COOKIE, "-start_epmd", "false", "-kernel", "inet_dist_use_interface",
             "{127,0,0,1}", *flags], env={**os.environ, "ERL_EPMD_PORT": str(epmd.number), "HOME": str(directory)}, stdin=subprocess.DEVNULL, cwd=directory)
        while not epmd.theirs:
            time.sleep(0.05)
        self.port = epmd.theirs

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port))

    def stop(self):
        self.process.kill()
        self.process.wait()


def capture_connection(directory, handshakes, operations, questions, label, flags, traced, large):
    epmd = Epmd(questions, 1)
    erl = Erl(directory, epmd, "-s", "driver")
    time.sleep(0.5)
    with erl.connect() as sock:
        assert Handshake(sock, handshakes, f"{label}, peer starts").start(flags)
        hello = tup(atom("hello"), pid(5), reference(1, 2, 3), atom("somebody"), atom(str(traced).lower()), atom(str(large).lower()))
        control = tup(b"a\6", pid(5), atom(""), atom("driver"))
        if flags & FLAGS["FRAGMENTS"]:
            body = b"\x83\x44\0" + control + hello
        else:
            body = b"p\x83" + control + b"\x83" + hello
        sock.sendall(u32(len(body)) + body)
        theirs = frames(sock, operations, label)
        if flags & FLAGS["UNLINK_ID"]:
            for control in [tup(b"a\1", pid(5), theirs), tup(b"a\x23", b"a\x09", pid(5), theirs)]:
                sock.sendall(u32(len(control) + 3) + b"\x83\x44\0" + control)
            frames(sock, operations, label, last=36)
    erl.stop()


def capture_monitored(directory, operations, label, flags):
    """An erl process that we watch by pid and by name dies; a name that nobody has is monitored."""
    epmd = Epmd(Recorder(), 1)
    erl = Erl(directory, epmd, "-eval", "register(victim, self()), receive go -> exit({gone, 11}) end.")
    time.sleep(0.5)
    with erl.connect() as sock:
        assert Handshake(sock, Recorder(), label).start(flags)

        def send(control, message=None):
            if flags & FLAGS["FRAGMENTS"]:
                body = b"\x83\x44\0" + control + (message or b"")
            else:
                body = b"p\x83" + control + (b"\x83" + message if message else b"")
            sock.sendall(u32(len(body)) + body)

        send(tup(b"a\x13", pid(5), atom("nobody"), reference(7, 8, 9)))
        send(tup(b"a\x13", pid(5), atom("victim"), reference(10, 8, 9)))
        send(tup(b"a\6", pid(5), atom(""), atom("victim")), atom("go"))
        for _ in range(2):
            while True:
                frame = exactly(sock, struct.unpack(">I", exactly(sock, 4))[0])
                if frame and operation(frame) in (21, 28):
                    operations(f"{label} op {operation(frame)}", frame)
                    break
    erl.stop()


def capture_handshakes(directory, record, questions):
    listener = socket.create_server(("127.0.0.1", 0))
    epmd = Epmd(questions, listener.getsockname()[1])
    connect = "net_kernel:connect_node('peer@127.0.0.1')"
    for label, status, flags in [("ok", b"ok", MANY), ("simultaneous", b"ok_simultaneous", MANY), ("refused", b"not_allowed", MANY), ("alive", b"alive", MANY)]:
        epmd.theirs = 0
        erl = Erl(directory, epmd, "-eval", f"{connect}, receive ok -> ok end.")
        sock, _ = listener.accept()
        Handshake(sock, record, f"otp starts, {label}").accept(flags, status)
        sock.close()
        erl.stop()
    epmd.theirs = 0
    erl = Erl(directory, epmd, "-hidden")
    with erl.connect() as first:
        assert Handshake(first, record, "hidden otp, peer starts").start(MANY)
        with erl.connect() as second:
            assert Handshake(second, record, "peer starts again").start(MANY)
    with erl.connect() as sock:
        Handshake(sock, record, "peer starts with few flags").start(MANDATORY & ~FLAGS["MAP_TAG"])
    erl.stop()


def capture_epmd(record):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    epmd = subprocess.Popen(["epmd", "-port", str(port), "-address", "127.0.0.1"], stdin=subprocess.DEVNULL)
    time.sleep(0.5)

    def ask(what, request, keep=False):
        sock = socket.create_connection(("127.0.0.1", port))
        data = u16(len(request)) + request
        record(f"client asks: {what}", data)
        sock.sendall(data)
        answer = sock.recv(4096)
        while not keep:
            part = sock.recv(4096)
            if not part:
                break
            answer += part
        record(f"epmd answers: {what}", answer)
        return sock

    def alive(name, highest=6, lowest=5, extra=b""):
        return b"x" + u16(40001) + b"H\0" + u16(highest) + u16(lowest) + u16(len(name)) + name + u16(len(extra)) + extra

    kept = [ask("alive", alive(b"one"), keep=True), ask("alive, version 5", alive(b"two", 5), keep=True),
            ask("alive with extra", alive(b"three", extra=b"more"), keep=True), ask("alive, name taken", alive(b"one"), keep=True)]
    ask("port of one", b"zone")
    ask("port of three", b"zthree")
    ask("port of nobody", b"znobody")
    ask("names", b"n")
    ask("dump", b"d")
    ask("stop one", b"sone")
    ask("kill", b"k")
    del kept
    epmd.kill()
    epmd.wait()


def main(arguments):
    target = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent)
    handshakes, operations, questions = Recorder(), Recorder(), Recorder()
    capture_epmd(questions)
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        (directory / "driver.erl").write_text(DRIVER)
        subprocess.run(["erlc", "-o", name, str(directory / "driver.erl")], check=True)
        capture_handshakes(directory, handshakes, questions)
        capture_connection(directory, handshakes, operations, Recorder(), "many", MANY, traced=True, large=True)
        capture_connection(directory, Recorder(), operations, Recorder(), "few", FEW, traced=True, large=False)
        capture_monitored(directory, operations, "many", MANY)
        capture_monitored(directory, operations, "few", FEW)
    handshakes.write(target / "handshake.txt")
    operations.write(target / "distribution.txt")
    questions.write(target / "epmd.txt")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
