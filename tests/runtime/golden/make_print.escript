#!/usr/bin/env escript
%% SPDX-License-Identifier: Apache-2.0
%% Writes print.golden: what OTP prints for the terms of print_terms.txt and for random ones. Run with OTP 25:
%%   ERL_FLAGS="+pc unicode" escript make_print.escript > print.golden
%% Each entry is {~tw, which is also the source, ~w, ~p, ~tp, ~tp in 40 columns}, texts as UTF-8 binaries.

main([]) ->
    io:setopts([{encoding, unicode}]),
    Here = filename:dirname(escript:script_name()),
    {ok, Terms} = file:consult(filename:join(Here, "print_terms.txt")),
    rand:seed(exsss, {1, 2, 3}),
    Random = [T || _ <- lists:seq(1, 1000), T <- [random(rand:uniform(5))], length(text("~w", T)) < 1500],
    io:format("%% Made by make_print.escript with OTP ~s. Do not edit.~n", [erlang:system_info(otp_release)]),
    [entry(T) || T <- Terms ++ lists:sublist(lists:filter(fun(T) -> is_broken(T) end, Random), 150)].

is_broken(Term) -> lists:member($\n, text("~tp", Term)).

entry(Term) ->
    Texts = [text(Format, Term) || Format <- ["~tw", "~w", "~p", "~tp", "~40tp"]],
    io:format("{~ts}.~n", [lists:join($,, [quoted(T) || T <- Texts])]).

text(Format, Term) -> lists:flatten(io_lib:format(Format, [Term])).

%% A binary of UTF-8 whose source has one line.
quoted(Text) -> ["<<\"", [escape(C) || C <- Text], "\"/utf8>>"].

escape($\n) -> "\\n";
escape($") -> "\\\"";
escape($\\) -> "\\\\";
escape(C) -> C.

random(0) -> leaf(rand:uniform(12));
random(Depth) ->
    case rand:uniform(8) of
        1 -> leaf(rand:uniform(12));
        N when N < 4 -> some(Depth);
        4 -> some(Depth) ++ random(Depth - 1);
        N when N < 7 -> list_to_tuple(some(Depth));
        7 -> list_to_tuple([atom() | some(Depth)]);
        8 -> maps:from_list([{random(max(Depth - 3, 0)), random(Depth - 1)} || _ <- lists:seq(1, rand:uniform(5))])
    end.

some(Depth) -> [random(Depth - 1) || _ <- lists:seq(1, rand:uniform(6) - 1)].

leaf(1) -> rand:uniform(1000) - 500;
leaf(2) -> rand:uniform(1 bsl 80) - (1 bsl 79);
leaf(3) -> (rand:uniform() - 0.5) * math:pow(10, rand:uniform(30) - 15);
leaf(4) -> [];
leaf(5) -> [$\s + rand:uniform(90) || _ <- lists:seq(1, rand:uniform(30))];
leaf(6) -> list_to_binary([$\s + rand:uniform(90) || _ <- lists:seq(1, rand:uniform(30))]);
leaf(7) -> rand:bytes(rand:uniform(30));
leaf(8) -> N = rand:uniform(60), <<(rand:uniform(1 bsl N) - 1):N>>;
leaf(9) -> unicode:characters_to_binary([16#e0 + rand:uniform(400) || _ <- lists:seq(1, rand:uniform(10))]);
leaf(10) -> [16#e0 + rand:uniform(400) || _ <- lists:seq(1, rand:uniform(10))];
leaf(_) -> atom().

atom() ->
    Letters = [$a + rand:uniform(26) - 1 || _ <- lists:seq(1, rand:uniform(25))],
    case rand:uniform(5) of
        1 -> list_to_atom("Q " ++ Letters);
        2 -> list_to_atom(Letters ++ [16#100 + rand:uniform(500)]);
        _ -> list_to_atom(Letters)
    end.
