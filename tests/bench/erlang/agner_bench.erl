%% SPDX-License-Identifier: Apache-2.0
%% The workloads of process_bench.cpp, idle_bench.cpp and, in ets_bench.erl and savina.erl, ets_bench.cpp and savina_bench.cpp on Erlang/OTP, on terms of the same shape. `agner_bench:main([Name])` prints one line: the name, what was
%% measured (items_per_second or bytes), and the number; then the names and numbers of what was measured beside it. It wants +P 2000000.
-module(agner_bench).
-export([main/1]).
-export([init/1, handle_call/3, handle_cast/2]).

main([Name]) ->
    {Measure, Value} = measure(Name),
    io:format("~s ~s ~w~s~n", [Name, Measure, Value, [io_lib:format(" ~s ~w", [M, V]) || {M, V} <- get(), M =:= start orelse M =:= 'end']]),
    halt(0).

measure("process/ping_pong") -> rate(fun play/1, 100000);
measure("process/pairs_16") -> rate(fun pairs_16/1, 160000);
measure("process/flood") -> rate(fun flood/1, 200000);
measure("process/spawn") -> rate(fun spawn_one_by_one/1, 50000);
measure("process/ring_100") -> rate(fun ring_100/1, 200000);
measure("process/receive_behind_1000") -> rate(fun receive_behind_1000/1, 20000);
measure("process/timer_start_cancel") -> rate(fun timer_start_cancel/1, 200000);
measure("process/receive_after_0") -> rate(fun receive_after_0/1, 1000000);
measure("process/gen_server_call") -> rate(fun gen_server_calls/1, 100000);
measure("ets/insert") -> rate(fun ets_bench:insert_new_keys/1, 100000);
measure("ets/overwrite") -> rate(fun(N) -> ets_bench:alone(overwrite, set, N) end, 200000);
measure("ets/overwrite_by_2") -> rate(fun(N) -> ets_bench:both(overwrite, set, N) end, 200000);
measure("ets/lookup") -> rate(fun(N) -> ets_bench:alone(lookup, set, N) end, 400000);
measure("ets/lookup_by_2") -> rate(fun(N) -> ets_bench:both(lookup, set, N) end, 400000);
measure("ets/lookup_element") -> rate(fun(N) -> ets_bench:alone(lookup_element, set, N) end, 400000);
measure("ets/lookup_element_by_2") -> rate(fun(N) -> ets_bench:both(lookup_element, set, N) end, 400000);
measure("ets/ordered_lookup") -> rate(fun(N) -> ets_bench:alone(lookup, ordered_set, N) end, 200000);
measure("ets/ordered_lookup_by_2") -> rate(fun(N) -> ets_bench:both(lookup, ordered_set, N) end, 200000);
measure("ets/update_counter") -> rate(fun(N) -> ets_bench:alone(update_counter, set, N) end, 200000);
measure("savina/count") -> rate(fun savina:count/1, 200000);
measure("savina/fork_join_throughput") -> rate(fun savina:fork_join_throughput/1, 300000);
measure("savina/fork_join_create") -> rate(fun savina:fork_join_create/1, 40000);
measure("savina/thread_ring") -> rate(fun savina:thread_ring/1, 200000);
measure("savina/chameneos") -> rate(fun savina:chameneos/1, 100000);
measure("savina/big") -> rate(fun savina:big/1, 120000);
measure("savina/bounded_buffer") -> rate(fun savina:bounded_buffer/1, 100000);
measure("savina/philosophers") -> rate(fun savina:philosophers/1, 40000);
measure("savina/bank") -> rate(fun savina:bank/1, 50000);
measure("savina/sieve") -> rate(fun savina:sieve/1, 100000);
measure("savina/uct") -> rate(fun savina:uct/1, 40000);
measure("savina/nqueens") -> rate(fun savina:nqueens/1, 724);
measure("process/bytes_idle") -> {bytes, bytes_idle()};
measure("process/million") -> {bytes, million()}.

%% Batches until half a second has passed, each in a fresh process, after one that warms up.
rate(Batch, Items) ->
    run(Batch, Items div 10 + 1),
    {Batches, Microseconds} = repeat(Batch, Items, 0, 0),
    {items_per_second, Items * Batches * 1.0e6 / Microseconds}.

repeat(_, _, Batches, Spent) when Spent > 500000 -> {Batches, Spent};
repeat(Batch, Items, Batches, Spent) ->
    Began = erlang:monotonic_time(),
    run(Batch, Items),
    Took = erlang:convert_time_unit(erlang:monotonic_time() - Began, native, microsecond),
    repeat(Batch, Items, Batches + 1, Spent + Took).

run(Batch, Items) ->
    {_, Ref} = spawn_monitor(fun() -> Batch(Items) end),
    receive {'DOWN', Ref, process, _, normal} -> ok end.

%% -- ping-pong ----------------------------------------------------------------------------------------------------------------------------

answer_pings() ->
    receive {ping, From} -> From ! pong end,
    answer_pings().

play(Rounds) ->
    Peer = spawn(fun answer_pings/0),
    rounds(Peer, Rounds),
    exit(Peer, kill).

rounds(_, 0) -> ok;
rounds(Peer, N) ->
    Peer ! {ping, self()},
    receive pong -> ok end,
    rounds(Peer, N - 1).

pairs_16(Rounds) ->
    Parent = self(),
    times(16, fun(_) -> spawn(fun() -> play(Rounds div 16), Parent ! done end) end),
    times(16, fun(_) -> receive done -> ok end end).

%% -- one way ------------------------------------------------------------------------------------------------------------------------------

flood(Messages) ->
    Parent = self(),
    To = spawn(fun() -> count(Parent, Messages) end),
    send_numbers(To, 0, Messages),
    receive done -> ok end.

send_numbers(_, N, N) -> ok;
send_numbers(To, N, Messages) ->
    To ! {m, N},
    send_numbers(To, N + 1, Messages).

count(Parent, 0) -> Parent ! done;
count(Parent, Left) ->
    receive {m, N} when is_integer(N) -> ok end,
    count(Parent, Left - 1).

%% -- processes ----------------------------------------------------------------------------------------------------------------------------

spawn_one_by_one(0) -> ok;
spawn_one_by_one(N) ->
    Parent = self(),
    spawn(fun() -> Parent ! ok end),
    receive ok -> ok end,
    spawn_one_by_one(N - 1).

pass_on(Next) ->
    receive Hops when is_integer(Hops) -> Next ! Hops - 1 end,
    pass_on(Next).

ring_100(Hops) ->
    Ring = lists:foldl(fun(_, [Next | _] = Made) -> [spawn(fun() -> pass_on(Next) end) | Made] end, [self()], lists:seq(1, 99)),
    First = hd(Ring),
    First ! Hops div 100 * 100 - 1,
    close_ring(First),
    [exit(P, kill) || P <- Ring, P =/= self()],
    ok.

close_ring(First) ->
    receive
        Left when is_integer(Left), Left > 0 -> First ! Left - 1, close_ring(First);
        Left when is_integer(Left) -> ok
    end.

%% -- selective receive --------------------------------------------------------------------------------------------------------------------

receive_behind_1000(Messages) ->
    times(1000, fun(I) -> self() ! {other, I} end),
    wanted(0, Messages).

wanted(N, N) -> ok;
wanted(N, Messages) ->
    self() ! {want, N},
    receive {want, N} -> ok end,
    wanted(N + 1, Messages).

%% -- time ---------------------------------------------------------------------------------------------------------------------------------

timer_start_cancel(0) -> ok;
timer_start_cancel(N) ->
    Left = erlang:cancel_timer(erlang:start_timer(60000, self(), late)),
    true = is_integer(Left),
    timer_start_cancel(N - 1).

receive_after_0(0) -> ok;
receive_after_0(N) ->
    receive {want, _} -> exit(came) after 0 -> ok end,
    receive_after_0(N - 1).

%% -- calls --------------------------------------------------------------------------------------------------------------------------------

gen_server_calls(Calls) ->
    {ok, Server} = gen_server:start(?MODULE, 0, []),
    calls(Server, Calls),
    gen_server:stop(Server).

calls(_, 0) -> ok;
calls(Server, N) ->
    N = gen_server:call(Server, {echo, N}),
    calls(Server, N - 1).

init(State) -> {ok, State}.
handle_call({echo, N}, _From, State) -> {reply, N, State}.
handle_cast(_, State) -> {noreply, State}.

%% -- memory -------------------------------------------------------------------------------------------------------------------------------

bytes_idle() ->
    make(1000),
    Count = 100000,
    erlang:garbage_collect(),
    Before = erlang:memory(total),
    make(Count),
    erlang:garbage_collect(),
    (erlang:memory(total) - Before) div Count.

make(0) -> ok;
make(N) ->
    Parent = self(),
    spawn(fun() -> Parent ! ready, idle() end),
    receive ready -> ok end,
    make(N - 1).

idle() ->
    receive
        stop -> ok;
        {work, From} -> From ! ready, idle()
    end.

million() ->
    Before = erlang:memory(total),
    Others = erlang:system_info(process_count),
    {Pid, Ref} = spawn_opt(fun() -> exit(million(1000000, Before, Others)) end, [monitor]),
    receive {'DOWN', Ref, process, Pid, {Start, End, Bytes}} -> put(start, Start), put('end', End), Bytes end.

million(Count, Before, Others) ->
    Parent = self(),
    Began = erlang:monotonic_time(microsecond),
    All = [spawn(fun() -> Parent ! ready, receive stop -> ok end end) || _ <- lists:seq(1, Count)],
    times(Count, fun(_) -> receive ready -> ok end end),
    Started = erlang:monotonic_time(microsecond),
    Bytes = erlang:memory(total) - Before,
    Ending = erlang:monotonic_time(microsecond),
    [P ! stop || P <- All],
    until_gone(Others + 1),
    {(Started - Began) / 1.0e6, (erlang:monotonic_time(microsecond) - Ending) / 1.0e6, Bytes}.

until_gone(Left) ->
    case erlang:system_info(process_count) > Left of
        true -> erlang:yield(), until_gone(Left);
        false -> ok
    end.

times(N, F) -> lists:foreach(F, lists:seq(1, N)).
