%% SPDX-License-Identifier: Apache-2.0
%% The Erlang node of the word count: a foreman and workers as on the C++ nodes, and then, alone, a count of its own to compare the total with.
-module(word_count).
-behaviour(gen_server).

-export([start/0, words_of_file/1, words/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

%% erl -s word_count. Ends the node with exit code 0 if the counts agree.
start() ->
    {ok, Foreman} = gen_server:start({local, foreman}, ?MODULE, self(), []),
    io:format("ready~n"),
    Watch = monitor(process, Foreman),
    Coordinator = receive {hired_by, Pid} -> Pid
                  after 60000 -> say("nobody hired for a minute", []), halt(1)
                  end,
    {Reader, _} = spawn_monitor(fun() -> exit(compare(Coordinator)) end),
    receive
        {'DOWN', _, process, Reader, {agree, true}} -> halt(0);
        {'DOWN', _, process, Reader, {agree, false}} -> halt(1);
        {'DOWN', _, process, Reader, Why} -> say("no comparison: ~0p", [Why]), halt(1);
        {'DOWN', Watch, process, Foreman, _} -> say("the coordinator is gone, and so is this node", []), halt(1)
    end.

compare(Coordinator) ->
    Total = gen_server:call(Coordinator, total, infinity),
    case Total of
        {ok, Words} ->
            Own = lists:sum([words_of_file(File) || File <- gen_server:call(Coordinator, files, infinity)]),
            say("gen_server:call gives a total of ~b words, counted here alone they are ~b", [Words, Own]),
            ok = gen_server:call(Coordinator, {compared, Own}, infinity),
            {agree, Own =:= Words};
        {error, Why} ->
            {no_total, Why}
    end.

say(Format, Arguments) ->
    Name = hd(string:split(atom_to_list(node()), "@")),
    io:format(standard_error, "~-8s " ++ Format ++ "~n", [Name | Arguments]).

%% -- foreman ------------------------------------------------------------------------------------------------------------------------

init(Starter) -> {ok, Starter}.

handle_call({hire, Count}, {Coordinator, _}, Starter) ->
    monitor(process, Coordinator),
    Workers = [spawn_link(fun() -> work(Coordinator) end) || _ <- lists:seq(1, Count)],
    Starter ! {hired_by, Coordinator},
    {reply, {hired, list_to_integer(os:getpid()), Workers}, Starter}.

handle_cast(_, Starter) -> {noreply, Starter}.

handle_info({'DOWN', _, process, _Coordinator, _}, Starter) -> {stop, normal, Starter}.

%% -- workers ------------------------------------------------------------------------------------------------------------------------

work(Coordinator) ->
    receive
        {count, File} ->
            Done = try {counted, self(), File, words_of_file(File)}
                   catch error:{unreadable, Why} -> {unreadable, self(), File, Why}
                   end,
            gen_server:cast(Coordinator, Done),
            work(Coordinator)
    end.

%% -- words: the longest runs of ASCII letters and digits ------------------------------------------------------------------------------

-define(PIECE_BYTES, 262144).

words_of_file(Path) ->
    case file:open(Path, [read, raw, binary]) of
        {ok, File} -> try read_on(File, {outside, 0}) after file:close(File) end;
        {error, Why} -> error({unreadable, Why})
    end.

read_on(File, Sofar) ->
    case file:read(File, ?PIECE_BYTES) of
        {ok, Piece} -> read_on(File, add(Piece, Sofar));
        eof -> element(2, Sofar);
        {error, Why} -> error({unreadable, Why})
    end.

words(Text) -> element(2, add(Text, {outside, 0})).

-define(belongs(C), (C >= $a andalso C =< $z orelse C >= $A andalso C =< $Z orelse C >= $0 andalso C =< $9)).

add(<<C, Rest/binary>>, {outside, Words}) when ?belongs(C) -> add(Rest, {inside, Words + 1});
add(<<C, Rest/binary>>, {inside, Words}) when ?belongs(C) -> add(Rest, {inside, Words});
add(<<_, Rest/binary>>, {_, Words}) -> add(Rest, {outside, Words});
add(<<>>, Sofar) -> Sofar.
