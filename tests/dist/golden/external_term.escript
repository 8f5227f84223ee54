#!/usr/bin/env escript
%% SPDX-License-Identifier: Apache-2.0
%% Writes the golden bytes of the external term format, as a real erl reads and writes them (the file beside this one: OTP 25.2.3).
%%
%%     escript tests/dist/golden/external_term.escript > tests/dist/golden/external_term.txt
%%
%% One line a case: NAME, the bytes read, the bytes that term_to_binary(Term, [{minor_version, 2}]) makes of what was read, and the term as text,
%% parted by tabs; bytes in hexadecimal. Where erl refuses the bytes, the last two are `badarg`. Where the text is `-`, it cannot be parsed (pids).

-mode(compile).

main(_) ->
    ok = io:setopts(standard_io, [{encoding, unicode}]),
    integers(), floats(), atoms(), identifiers(), tuples(), lists(), maps(), binaries(), funs(), whole_terms(), refused().

term(Name, Term) -> bytes(Name, term_to_binary(Term, [{minor_version, 2}])).

bytes(Name, Bytes) ->
    {Out, Text} =
        try binary_to_term(Bytes) of
            Term -> {hex(term_to_binary(Term, [{minor_version, 2}])), text(Term)}
        catch error:badarg -> {"badarg", "badarg"} end,
    io:format("~ts\t~s\t~s\t~ts~n", [Name, hex(Bytes), Out, Text]).

hex(Bytes) -> string:lowercase(binary_to_list(binary:encode_hex(Bytes))).

text(Term) ->
    case parsable(Term) of
        true -> io_lib:format("~0tp", [Term]);
        false -> "-"
    end.

parsable(T) when is_pid(T); is_port(T); is_reference(T); is_function(T) -> false;
parsable([H | T]) -> parsable(H) andalso parsable(T);
parsable(T) when is_tuple(T) -> lists:all(fun parsable/1, tuple_to_list(T));
parsable(T) when map_size(T) > 32 -> false; % printed in the order of hashes
parsable(T) when is_map(T) -> lists:all(fun parsable/1, maps:to_list(T));
parsable(_) -> true.

node_name() -> <<119, 3, "a@b">>.
a_pid() -> <<88, (node_name())/binary, 1:32, 2:32, 3:32>>.

integers() ->
    [term(["integer ", integer_to_list(I)], I)
     || I <- [0, 1, 255, 256, -1, -256, 1 bsl 31 - 1, 1 bsl 31, -(1 bsl 31), -(1 bsl 31) - 1, 1 bsl 32, 1 bsl 59, -(1 bsl 59) - 1,
              1 bsl 63 - 1, 1 bsl 63, -(1 bsl 63), -(1 bsl 63) - 1, 1 bsl 64 - 1, 1 bsl 64, -(1 bsl 64), 1 bsl 200 + 12345]],
    term("integer of 255 bytes", 1 bsl (255 * 8) - 1),
    term("integer of 256 bytes", 1 bsl (255 * 8)),
    term("negative integer of 256 bytes", -(1 bsl (255 * 8))),
    bytes("INTEGER_EXT of a byte", <<131, 98, 5:32>>),
    bytes("SMALL_BIG of no bytes", <<131, 110, 0, 0>>),
    bytes("SMALL_BIG minus zero", <<131, 110, 1, 1, 0>>),
    bytes("SMALL_BIG with leading zeros", <<131, 110, 4, 0, 1, 0, 0, 0>>),
    bytes("SMALL_BIG with sign 255", <<131, 110, 1, 255, 7>>),
    bytes("SMALL_BIG least 64 bit", <<131, 110, 8, 1, 0:56, 128>>),
    bytes("LARGE_BIG of no bytes", <<131, 111, 0:32, 0>>),
    bytes("LARGE_BIG of one byte", <<131, 111, 1:32, 0, 5>>).

float_text(Text) -> list_to_binary([131, 99, Text, lists:duplicate(31 - length(Text), 0)]).

floats() ->
    [term(io_lib:format("float ~p", [F]), F) || F <- [0.0, -0.0, 1.0, -1.5, 3.141592653589793, 1.7976931348623157e308, 2.2250738585072014e-308]],
    bytes("float least", <<131, 70, 1:64>>),
    bytes("FLOAT_EXT 1.5", float_text("1.50000000000000000000e+00")),
    bytes("FLOAT_EXT -0.0", float_text("-0.00000000000000000000e+00")),
    bytes("FLOAT_EXT 1.0e-400", float_text("1.0e-400")),
    bytes("FLOAT_EXT with comma", float_text("1,5")),
    bytes("FLOAT_EXT with plus", float_text("+1.5")),
    bytes("FLOAT_EXT without end", <<131, 99, "1.500000000000000000000000000e0">>),
    bytes("FLOAT_EXT largest", float_text("1.7976931348623157e308")).

atoms() ->
    [term(["atom ", Name], list_to_atom(Text)) || {Name, Text} <- [{"empty", ""}, {"a", "a"}, {"true", "true"}, {"with space", "a b"},
        {"latin1", [97, 228, 98]}, {"wide", [1087, 1088]}, {"emoji", [128512]}]],
    term("atom of 255 characters", list_to_atom(lists:duplicate(255, $x))),
    term("atom of 255 wide characters", list_to_atom(lists:duplicate(255, 128512))),
    term("atom of 127 two-byte characters", list_to_atom(lists:duplicate(127, 228))),
    term("atom of 128 two-byte characters", list_to_atom(lists:duplicate(128, 228))),
    bytes("ATOM_EXT", <<131, 100, 3:16, 97, 228, 98>>),
    bytes("ATOM_EXT of 255", list_to_binary([131, 100, 0, 255, lists:duplicate(255, 255)])),
    bytes("SMALL_ATOM_EXT", <<131, 115, 3, 97, 228, 98>>),
    bytes("ATOM_UTF8_EXT short", <<131, 118, 1:16, "a">>).

identifiers() ->
    N = node_name(),
    bytes("NEW_PID", <<131, (a_pid())/binary>>),
    bytes("NEW_PID large", <<131, 88, N/binary, 16#ffffffff:32, 16#fffffffe:32, 16#fffffffd:32>>),
    bytes("NEW_PID with old atom", <<131, 88, 100, 3:16, "a@b", 1:32, 2:32, 3:32>>),
    bytes("PID", <<131, 103, N/binary, 1:32, 2:32, 3>>),
    bytes("PID large", <<131, 103, N/binary, 16#ffffffff:32, 16#ffffffff:32, 1>>),
    bytes("NEW_PORT", <<131, 89, N/binary, 1:32, 3:32>>),
    bytes("NEW_PORT of 28 bits", <<131, 89, N/binary, 16#0fffffff:32, 3:32>>),
    bytes("NEW_PORT of 32 bits", <<131, 89, N/binary, 16#ffffffff:32, 3:32>>),
    bytes("PORT", <<131, 102, N/binary, 1:32, 3>>),
    bytes("V4_PORT", <<131, 120, N/binary, 16#fedcba9876543210:64, 3:32>>),
    bytes("V4_PORT small", <<131, 120, N/binary, 7:64, 3:32>>),
    bytes("REFERENCE", <<131, 101, N/binary, 77:32, 3>>),
    bytes("NEW_REFERENCE 1", <<131, 114, 1:16, N/binary, 3, 1:32>>),
    bytes("NEW_REFERENCE 3", <<131, 114, 3:16, N/binary, 3, 1:32, 16#ffffffff:32, 3:32>>),
    bytes("NEW_REFERENCE 5", <<131, 114, 5:16, N/binary, 3, 1:32, 2:32, 3:32, 4:32, 5:32>>),
    bytes("NEWER_REFERENCE 1", <<131, 90, 1:16, N/binary, 9:32, 1:32>>),
    bytes("NEWER_REFERENCE 2", <<131, 90, 2:16, N/binary, 9:32, 1:32, 2:32>>),
    bytes("NEWER_REFERENCE 3", <<131, 90, 3:16, N/binary, 9:32, 16#ffffffff:32, 2:32, 3:32>>),
    bytes("NEWER_REFERENCE 4", <<131, 90, 4:16, N/binary, 9:32, 1:32, 2:32, 3:32, 4:32>>),
    bytes("NEWER_REFERENCE 5", <<131, 90, 5:16, N/binary, 9:32, 1:32, 2:32, 3:32, 4:32, 5:32>>).

tuples() ->
    term("tuple of 0", {}),
    term("tuple of 1", {a}),
    term("tuple of tuples", {{1}, {2, {3}}, {}}),
    term("tuple of 255", list_to_tuple(lists:seq(1, 255))),
    term("tuple of 256", list_to_tuple(lists:seq(1, 256))),
    bytes("LARGE_TUPLE of 0", <<131, 105, 0:32>>),
    bytes("LARGE_TUPLE of 1", <<131, 105, 1:32, 97, 1>>),
    term("nested tuples", lists:foldl(fun(_, T) -> {T} end, x, lists:seq(1, 50))),
    term("nested on both sides", lists:foldl(fun(_, T) -> {T, T} end, x, lists:seq(1, 4))).

lists() ->
    term("nil", []),
    term("string", "abc"),
    term("string of 255s", [255, 0, 255]),
    term("list with 256", [1, 256]),
    term("list with -1", [-1]),
    term("list of atoms", [a, b, c]),
    term("improper", [1 | 2]),
    term("improper bytes", [1, 2, 3 | 4]),
    term("improper atom tail", "ab" ++ c),
    term("nested lists", [[], [[]], [[[]], "x"]]),
    term("deep list", lists:foldl(fun(_, T) -> [T] end, [], lists:seq(1, 50))),
    bytes("STRING of 0", <<131, 107, 0:16>>),
    bytes("LIST of 0", <<131, 108, 0:32, 106>>),
    bytes("LIST of 0 with tail", <<131, 108, 0:32, 97, 7>>),
    bytes("LIST of bytes", <<131, 108, 2:32, 97, 1, 97, 2, 106>>),
    bytes("LIST in tails", <<131, 108, 1:32, 119, 1, "a", 108, 1:32, 119, 1, "b", 108, 1:32, 119, 1, "c", 106>>),
    bytes("LIST with string tail", <<131, 108, 1:32, 119, 1, "a", 107, 2:16, 1, 2>>).

maps() ->
    term("map of 0", #{}),
    term("map of 1", #{a => 1}),
    term("map of 3", #{a => 1, b => [], c => #{}}),
    term("map with numbers", #{1 => a, 1.0 => b, 2 => c}),
    term("map with map keys", #{#{a => 1} => x, #{b => 2} => y}),
    term("map of 32", maps:from_list([{I, I} || I <- lists:seq(1, 32)])),
    term("map of 33", maps:from_list([{I, I} || I <- lists:seq(1, 33)])),
    term("map of 300", maps:from_list([{integer_to_binary(I), I} || I <- lists:seq(1, 300)])),
    bytes("MAP out of order", <<131, 116, 3:32, 97, 3, 97, 30, 97, 1, 97, 10, 97, 2, 97, 20>>),
    bytes("MAP 1 and 1.0", <<131, 116, 2:32, 70, 1.0:64/float, 97, 2, 97, 1, 97, 1>>).

binaries() ->
    term("binary of 0", <<>>),
    term("binary of 3", <<1, 2, 3>>),
    term("binary of 300", list_to_binary(lists:duplicate(300, $b))),
    term("bits 1", <<1:1>>),
    term("bits 7", <<77:7>>),
    term("bits 11", <<1234:11>>),
    term("binaries", [<<>>, <<1>>, <<5:3>>, <<"abc">>]),
    bytes("BIT_BINARY of 0", <<131, 77, 0:32, 0>>),
    bytes("BIT_BINARY of 8 bits", <<131, 77, 1:32, 8, 255>>),
    bytes("BIT_BINARY unused bits set", <<131, 77, 1:32, 3, 255>>).

fun_bytes(OldIndex, OldUniq, Creator, Free, SizeLie) ->
    Body = <<3, 16#0123456789abcdef0123456789abcdef:128, 5:32, (length(Free)):32, 119, 1, "m", OldIndex/binary, OldUniq/binary, Creator/binary,
             (list_to_binary(Free))/binary>>,
    <<131, 112, (byte_size(Body) + 4 + SizeLie):32, Body/binary>>.

funs() ->
    One = <<97, 1>>,
    term("export", fun lists:map/2),
    term("export of 255", fun m:f/255),
    term("export wide", fun 'm odule':'f un'/3),
    bytes("EXPORT arity as INTEGER", <<131, 113, 119, 1, "m", 119, 1, "f", 98, 2:32>>),
    bytes("EXPORT arity as SMALL_BIG", <<131, 113, 119, 1, "m", 119, 1, "f", 110, 1, 0, 3>>),
    bytes("EXPORT arity 256", <<131, 113, 119, 1, "m", 119, 1, "f", 98, 256:32>>),
    bytes("fun", fun_bytes(One, <<98, 123456:32>>, a_pid(), [], 0)),
    bytes("fun with variable", fun_bytes(One, One, a_pid(), [<<119, 1, "v">>], 0)),
    bytes("fun with variables", fun_bytes(One, One, a_pid(), [<<97, 1>>, <<104, 1, 97, 2>>, <<107, 0, 1, 65>>], 0)),
    bytes("fun with lying size", fun_bytes(One, One, a_pid(), [<<119, 1, "v">>], 77)),
    <<131, Inner/binary>> = fun_bytes(One, One, a_pid(), [<<119, 1, "v">>], 0),
    bytes("fun in fun", fun_bytes(One, One, a_pid(), [Inner, Inner], 0)),
    bytes("funs in list", <<131, 108, 2:32, Inner/binary, Inner/binary, 106>>).

whole_terms() ->
    compressed("compressed", term_to_binary(lists:duplicate(40, hello), [compressed, {minor_version, 2}])),
    compressed("compressed best", term_to_binary(lists:duplicate(300, {hello, "world"}), [{compressed, 9}, {minor_version, 2}])),
    bytes("compressed small", <<131, 80, 2:32, (zlib:compress(<<97, 1>>))/binary>>),
    bytes("compressed, then more", <<131, 80, 2:32, (zlib:compress(<<97, 1>>))/binary, 9, 9>>),
    bytes("compressed with a rest", <<131, 80, 4:32, (zlib:compress(<<97, 1, 97, 2>>))/binary>>),
    bytes("with a rest", <<131, 97, 1, 97, 2>>),
    term("message of everything", {'$gen_call', [1, 2.5, <<"bin">>, <<1:3>>, atom, "string", {t, u}, #{k => [v | w]}, 1 bsl 70, -5], []}).

compressed(Name, <<131, 80, _/binary>> = Bytes) -> bytes(Name, Bytes).

refused() ->
    N = node_name(),
    One = <<97, 1>>,
    Pairs = list_to_binary([<<97, I, 97, I>> || I <- lists:seq(0, 39)]),
    Packed = zlib:compress(<<97, 1>>),
    [bytes(Name, Bytes) || {Name, Bytes} <- [
        {"refused: nothing", <<>>},
        {"refused: version only", <<131>>},
        {"refused: no version", <<97, 1>>},
        {"refused: version 130", <<130, 97, 1>>},
        {"refused: key twice", <<131, 116, 2:32, 97, 1, 97, 1, 97, 1, 97, 2>>},
        {"refused: key twice of 41", <<131, 116, 41:32, Pairs/binary, 97, 3, 97, 9>>},
        {"refused: NaN", <<131, 70, 16#7ff8:16, 0:48>>},
        {"refused: infinity", <<131, 70, 16#7ff0:16, 0:48>>},
        {"refused: minus infinity", <<131, 70, 16#fff0:16, 0:48>>},
        {"refused: FLOAT_EXT 15", float_text("15")},
        {"refused: FLOAT_EXT space before", float_text(" 1.5")},
        {"refused: FLOAT_EXT space after", float_text("1.5 ")},
        {"refused: FLOAT_EXT letter after", float_text("1.5x")},
        {"refused: FLOAT_EXT inf", float_text("inf")},
        {"refused: FLOAT_EXT nan", float_text("nan")},
        {"refused: FLOAT_EXT hexadecimal", float_text("0x1p3")},
        {"refused: FLOAT_EXT 1.0e400", float_text("1.0e400")},
        {"refused: FLOAT_EXT empty", float_text("")},
        {"refused: FLOAT_EXT no fraction", float_text("1.")},
        {"refused: FLOAT_EXT no exponent", float_text("1.5e")},
        {"refused: bits in nothing", <<131, 77, 0:32, 3>>},
        {"refused: no bits in a byte", <<131, 77, 1:32, 0, 255>>},
        {"refused: 9 bits", <<131, 77, 1:32, 9, 255>>},
        {"refused: tuple too large", <<131, 105, 16#01000000:32, 97, 1>>},
        {"refused: PID creation 255", <<131, 103, N/binary, 1:32, 2:32, 255>>},
        {"refused: PORT creation 4", <<131, 102, N/binary, 1:32, 4>>},
        {"refused: REFERENCE of 32 bits", <<131, 101, N/binary, 16#ffffffff:32, 3>>},
        {"refused: NEW_REFERENCE of 32 bits", <<131, 114, 1:16, N/binary, 3, 16#ffffffff:32>>},
        {"refused: reference of 6", <<131, 90, 6:16, N/binary, 3:32, 1:32, 2:32, 3:32, 4:32, 5:32, 6:32>>},
        {"refused: pid of an integer", <<131, 88, 97, 1, 1:32, 2:32, 3:32>>},
        {"refused: atom of 256", list_to_binary([131, 100, 1, 0, lists:duplicate(256, $a)])},
        {"refused: UTF-8 atom of 256", list_to_binary([131, 118, 1, 0, lists:duplicate(256, $a)])},
        {"refused: atom not UTF-8", <<131, 119, 2, 195, 40>>},
        {"refused: atom overlong", <<131, 119, 2, 16#c0, 16#80>>},
        {"refused: atom surrogate", <<131, 119, 3, 16#ed, 16#a0, 16#80>>},
        {"refused: atom cut", <<131, 119, 1, 195>>},
        {"refused: export arity -1", <<131, 113, 119, 1, "m", 119, 1, "f", 98, -1:32>>},
        {"refused: export of integer", <<131, 113, 119, 1, "m", 97, 1, 97, 3>>},
        {"refused: fun with atom as old index", fun_bytes(<<119, 1, "a">>, One, a_pid(), [], 0)},
        {"refused: fun with big old uniq", fun_bytes(One, <<110, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9>>, a_pid(), [], 0)},
        {"refused: LOCAL", <<131, 121, 97, 1>>},
        {"refused: ATOM_CACHE_REF", <<131, 82, 0>>},
        {"refused: FUN", <<131, 117, 0:32>>},
        {"refused: unknown tag", <<131, 0>>},
        {"refused: distribution header", <<131, 68, 0, 97, 1>>},
        {"refused: compressed claims more", <<131, 80, 3:32, Packed/binary>>},
        {"refused: compressed claims less", <<131, 80, 1:32, Packed/binary>>},
        {"refused: compressed with version", <<131, 80, 3:32, (zlib:compress(<<131, 97, 1>>))/binary>>},
        {"refused: compressed twice", <<131, 80, (byte_size(Packed) + 5):32, (zlib:compress(<<80, 2:32, Packed/binary>>))/binary>>},
        {"refused: compressed inside", <<131, 104, 1, 80, 2:32, Packed/binary>>},
        {"refused: compressed nothing", <<131, 80, 0:32, (zlib:compress(<<>>))/binary>>},
        {"refused: compressed garbage", <<131, 80, 2:32, 1, 2, 3, 4, 5, 6, 7, 8>>},
        {"refused: list of gigabytes", <<131, 108, 16#ffffffff:32, 97, 1>>},
        {"refused: binary of gigabytes", <<131, 109, 16#ffffffff:32, 1>>},
        {"refused: map of gigabytes", <<131, 116, 16#ffffffff:32, 97, 1>>},
        {"refused: integer of gigabytes", <<131, 111, 16#ffffffff:32, 0, 1>>}]].
