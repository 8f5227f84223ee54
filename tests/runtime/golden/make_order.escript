#!/usr/bin/env escript
%% SPDX-License-Identifier: Apache-2.0
%% Writes order.golden: how OTP orders every pair of some terms. Run with OTP 25:  escript make_order.escript > order.golden
%% Each entry is {Source, Row, ExactRow}: the text of a term and, for each term of the file in turn, one of < = > as it compares, first by value and then as a key of a map.
%% Both zeros are left out: OTP 25 and 27 do not agree about them.

main([]) ->
    io:setopts([{encoding, unicode}]),
    rand:seed(exsss, {1, 2, 3}),
    Terms = lists:usort(fun(A, B) -> A =:= B orelse erlang:phash2(A) =< erlang:phash2(B) end, fixed() ++ [random(3) || _ <- lists:seq(1, 120)]),
    io:format("%% Made by make_order.escript with OTP ~s. Do not edit.~n", [erlang:system_info(otp_release)]),
    [io:format("{<<~0p/utf8>>,<<~0p>>,<<~0p>>}.~n",
               [unicode:characters_to_list(io_lib:format("~w", [A])), [by_value(A, B) || B <- Terms], [as_key(A, B) || B <- Terms]])
     || A <- Terms].

by_value(A, B) when A == B -> $=;
by_value(A, B) when A < B -> $<;
by_value(_, _) -> $>.

as_key(A, A) -> $=;
as_key(A, B) ->
    case maps:keys(#{A => 1, B => 2}) of
        [A, B] -> $<;
        [B, A] -> $>
    end.

fixed() ->
    Numbers = [0, 1, -1, 1.0, -1.0, 1.5, 2, 2.0, 1 bsl 53, (1 bsl 53) + 1, float(1 bsl 53), 1 bsl 59, (1 bsl 59) - 1, -(1 bsl 59), -(1 bsl 59) - 1, float(1 bsl 59),
               1 bsl 63, (1 bsl 63) - 1, (1 bsl 63) + 1, float(1 bsl 63), 1 bsl 64, float(1 bsl 64), (1 bsl 64) + 1, -(1 bsl 64), float(-(1 bsl 64)), 1 bsl 1023,
               float(1 bsl 1023), 1 bsl 1024, -(1 bsl 1024), 1 bsl 2000, 1.7976931348623157e308, -1.7976931348623157e308, 5.0e-324, -5.0e-324, 1.0e22, 10000000000000000000000,
               123456789012345678901234567890, 1.2345678901234568e29, 0.1, -0.1],
    Others = [a, b, ab, '', 'A', 'å', 'z', true, [], [[]], [a], [a, b], [a | b], [a | 1], [1, 2, 3], [1.0, 2, 3], "abc", "abd", {}, {a}, {b}, {a, b}, {1}, {1.0}, {[]}, #{},
              #{a => 1}, #{a => 2}, #{a => 1.0}, #{b => 1}, #{1 => a}, #{1.0 => a}, #{2 => a}, #{a => 1, b => 2}, #{a => 2, b => 1}, #{1 => x, 2.0 => y}, #{1.0 => x, 2 => y},
              #{#{1 => 2} => 3}, #{#{1.0 => 2} => 3}, <<>>, <<0>>, <<0:1>>, <<1:1>>, <<0:7>>, <<"a">>, <<"ab">>, <<"b">>, <<97, 0:3>>, <<97, 1:3>>, <<255>>, fun lists:map/2, fun lists:map/3,
              fun lists:nap/2, fun a:b/0, {1, {2, {3.0, [x]}}}, {1, {2, {3, [x]}}}, {1.0, {2, {3, [x]}}}],
    Numbers ++ Others.

random(0) -> leaf(rand:uniform(8));
random(Depth) ->
    case rand:uniform(6) of
        N when N < 3 -> leaf(rand:uniform(8));
        3 -> list(Depth);
        4 -> list(Depth) ++ leaf(rand:uniform(8));
        5 -> list_to_tuple(list(Depth));
        6 -> maps:from_list([{random(Depth - 1), random(Depth - 1)} || _ <- lists:seq(1, rand:uniform(3))])
    end.

list(Depth) -> [random(Depth - 1) || _ <- lists:seq(1, rand:uniform(3))].

leaf(1) -> rand:uniform(3);
leaf(2) -> float(rand:uniform(3));
leaf(3) -> rand:uniform(1 bsl 70);
leaf(4) -> lists:nth(rand:uniform(3), [a, b, c]);
leaf(5) -> [];
leaf(6) -> <<(rand:uniform(4)):(rand:uniform(10))>>;
leaf(7) -> rand:uniform() * 10;
leaf(8) -> {}.
