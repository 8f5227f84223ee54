#!/usr/bin/env escript
%% SPDX-License-Identifier: Apache-2.0
%% A peer of gen_tcp: `server PACKET` listens, prints `port N`, and sends back what comes; `client PORT PACKET` sends messages and expects them back;
%% `half PORT` ends its side and expects an answer; `reset PORT` resets; `promise PORT` begins a packet of two gibibytes and expects to be closed.

-mode(compile). % interpreted, the long messages take half a minute to make

main(["server", Packet]) ->
    {ok, Listener} = gen_tcp:listen(0, options(Packet)),
    {ok, Port} = inet:port(Listener),
    io:format("port ~b~n", [Port]),
    {ok, Socket} = gen_tcp:accept(Listener),
    echo(Socket),
    io:format("closed~n");
main(["client", Port, Packet]) ->
    Socket = connect(Port, options(Packet)),
    Messages = messages(list_to_integer(Packet)),
    %% While we read: each side takes only so much that is not read.
    spawn_link(fun() -> [ok = gen_tcp:send(Socket, M) || M <- Messages] end),
    expect(Socket, list_to_integer(Packet), Messages),
    ok = gen_tcp:close(Socket),
    io:format("ok~n");
main(["half", Port]) ->
    Socket = connect(Port, options("0")),
    ok = gen_tcp:send(Socket, "question"),
    ok = gen_tcp:shutdown(Socket, write),
    {ok, <<"answer">>} = gen_tcp:recv(Socket, 6, 20000),
    {error, closed} = gen_tcp:recv(Socket, 0, 20000),
    io:format("ok~n");
main(["reset", Port]) ->
    Socket = connect(Port, [{linger, {true, 0}} | options("0")]),
    ok = gen_tcp:send(Socket, "x"),
    {ok, <<"y">>} = gen_tcp:recv(Socket, 1, 20000),
    ok = gen_tcp:close(Socket),
    io:format("ok~n");
main(["promise", Port]) ->
    Socket = connect(Port, options("0")),
    ok = gen_tcp:send(Socket, <<16#80000000:32, "some">>),
    {error, closed} = gen_tcp:recv(Socket, 0, 20000),
    io:format("ok~n").

options(Packet) -> [binary, {active, false}, {packet, list_to_integer(Packet)}, {ip, {127, 0, 0, 1}}].

connect(Port, Options) ->
    {ok, Socket} = gen_tcp:connect({127, 0, 0, 1}, list_to_integer(Port), Options),
    Socket.

echo(Socket) ->
    ok = inet:setopts(Socket, [{active, once}]),
    receive
        {tcp, Socket, Data} -> ok = gen_tcp:send(Socket, Data), echo(Socket);
        {tcp_closed, Socket} -> ok
    end.

%% The same as in gen_tcp_interop_test.cpp.
messages(Packet) -> [message(Size) || {Least, Size} <- [{1, 0}, {1, 1}, {1, 255}, {2, 256}, {2, 65535}, {4, 65536}, {4, 3000000}], Packet =:= 0 orelse Packet >= Least].

message(Size) -> << <<(I * 7 + Size)>> || I <- lists:seq(1, Size) >>.

expect(Socket, 0, Messages) ->
    All = iolist_to_binary(Messages),
    {ok, All} = gen_tcp:recv(Socket, byte_size(All), 20000);
expect(Socket, _, Messages) ->
    [{ok, M} = gen_tcp:recv(Socket, 0, 20000) || M <- Messages].
