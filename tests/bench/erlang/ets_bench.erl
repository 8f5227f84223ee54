%% SPDX-License-Identifier: Apache-2.0
%% The workloads of ets_bench.cpp on Erlang/OTP.
-module(ets_bench).
-export([insert_new_keys/1, alone/3, both/3]).

-define(KEYS, 1000).

filled(Type) ->
    Table = ets:new(bench, [Type, public, {read_concurrency, true}, {write_concurrency, true}]),
    [ets:insert(Table, {Key, Key}) || Key <- lists:seq(0, ?KEYS - 1)],
    Table.

alone(What, Type, Items) ->
    work(What, filled(Type), 0, Items).

both(What, Type, Items) ->
    Table = filled(Type),
    Parent = self(),
    [spawn(fun() -> work(What, Table, 0, Items div 2), Parent ! done end) || _ <- [1, 2]],
    [receive done -> ok end || _ <- [1, 2]].

work(_, _, N, N) -> ok;
work(lookup, T, I, N) -> ets:lookup(T, I rem ?KEYS), work(lookup, T, I + 1, N);
work(lookup_element, T, I, N) -> ets:lookup_element(T, I rem ?KEYS, 2), work(lookup_element, T, I + 1, N);
work(overwrite, T, I, N) -> ets:insert(T, {I rem ?KEYS, I}), work(overwrite, T, I + 1, N);
work(update_counter, T, I, N) -> ets:update_counter(T, I rem ?KEYS, 1), work(update_counter, T, I + 1, N).

insert_new_keys(Items) ->
    Table = ets:new(bench, []),
    insert(Table, 0, Items).

insert(_, N, N) -> ok;
insert(T, I, N) -> ets:insert(T, {I, I}), insert(T, I + 1, N).
