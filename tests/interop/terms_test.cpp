// SPDX-License-Identifier: Apache-2.0
// Every kind of term, there and back, from Erlang/OTP and from a node of ours, over every carrier; and in binaries, compressed.

#include <agner/actors/process.hpp>
#include <agner/dist/external_term.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "cluster.hpp"
#include "puppets.hpp"

namespace agner::test {
namespace {

using way = std::tuple<over, side>; // carrier, who made the connection

class Terms : public testing::TestWithParam<way> {
protected:
  Terms() : nodes_(connected_pair(std::get<0>(GetParam()), std::get<1>(GetParam()))) {}

  [[nodiscard]] const node_pair& nodes() const { return nodes_; }
  /// `{NAME, our node}` as Erlang text.
  [[nodiscard]] std::string here(const std::string& name) const {
    return "{" + name + ",'" + std::string{nodes_.here_name.name()} + "'}";
  }
  /// Whether the Erlang value of @p expression comes back from our echo with every bit.
  std::string same(const std::string& expression) {
    return nodes_.erl.eval("agner_peer:same(" + here("echo") + ", " + expression + ")");
  }

private:
  node_pair nodes_;
};

// Sends back the text of what it gets.
task<> reader() {
  register_("reader"_atom, self());
  for (;;)
    co_await receive(on(match(any<pid>, any<term>), [](pid from, const term& what) {
      send(from, tuple(self(), binary(print(what, {.line_characters = 0}))));
    }));
}

// {From, {encode, Term}}: a compressed binary; {From, {decode, Binary}}: the term.
task<> codec() {
  register_("codec"_atom, self());
  for (;;)
    co_await receive(
        on(match(any<pid>, match("encode"_atom, any<term>)),
           [](pid from, const term& what) {
             send(from, tuple(self(), must(external_term::to_binary(what, external_term::compression::best))));
           }),
        on(match(any<pid>, match("decode"_atom, any<term>)),
           [](pid from, const term& what) { send(from, tuple(self(), must(external_term::from_binary(what)))); }));
}

/// Runs @p body on the node of the pair for as long as the object lives.
class helper {
public:
  helper(node& on, task<> (*body)(), atom name) : on_(on), pid_(on.spawn(body)) {
    on.run(
        [](atom wanted) -> task<> { // the name is there
          while (!whereis(wanted))
            co_await yield();
        },
        name);
  }
  ~helper() {
    on_.run(
        [](pid ends) -> task<> {
          const reference watch = monitor(ends);
          exit(ends, "kill"_atom);
          co_await end_of(watch);
        },
        pid_);
  }
  helper(const helper&) = delete;
  helper& operator=(const helper&) = delete;

private:
  node& on_;
  pid pid_;
};

const char* const numbers[] = {
    "0",
    "[S * ((1 bsl N) + D) || N <- lists:seq(0, 2100), D <- [-1, 0, 1], S <- [1, -1]]", // one to 263 bytes
    "[1 bsl 70000, -(1 bsl 70000)]",
    "0.0",
    "-0.0",
    "[1.5e300, -1.5e300, 5.0e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1, -1.0]",
};

const char* const containers[] = {
    "[]",
    "[1,2,3]",
    "\"text\"",
    "[a|b]",
    "[1,2,[3|4]|{5}]",
    "lists:seq(0, 255)",
    "lists:seq(1, 100000)",
    "lists:duplicate(65535, 7)",
    "lists:duplicate(65536, 7)",
    "lists:duplicate(70000, 7) ++ tail",
    "{}",
    "{1,{2,{3}}}",
    "list_to_tuple(lists:seq(1, 255))",
    "list_to_tuple(lists:seq(1, 256))",
    "list_to_tuple(lists:seq(1, 70000))",
    "#{}",
    "#{1 => a, 1.0 => b, [] => #{c => {}}}",
    "maps:from_list([{I, I * I} || I <- lists:seq(1, 32)])",
    "maps:from_list([{I, I * I} || I <- lists:seq(1, 33)])",
    "maps:from_list([{{I, integer_to_binary(I), I / 3}, [I]} || I <- lists:seq(1, 1000)])",
};

const char* const bytes[] = {
    "<<>>",
    "<<0>>",
    "<<1:1>>",
    "<<1:3>>",
    "<<255, 1:7>>",
    "[<<(1 bsl N):(N + 1)>> || N <- lists:seq(0, 64)]",
    "<<\"bytes\">>",
    "binary:part(<<0:8000>>, 3, 700)",
    "<<0:100000, 5:3>>",
    "binary:copy(<<1,2,3,4>>, 4 * 1024 * 1024)",
    "[binary:copy(<<I>>, 300000) || I <- lists:seq(1, 9)]",
};

const char* const atoms[] = {
    "''",
    "hello",
    "'with space'",
    "list_to_atom(lists:duplicate(255, $a))",
    "list_to_atom(lists:duplicate(255, 16#FF))",
    "list_to_atom(lists:duplicate(255, 16#20AC))",
    "list_to_atom(lists:duplicate(255, 16#1F600))",
    "[true, false, undefined, 'Elixir.Enum', 'a@b']",
};

const char* const identifiers[] = {
    "self()",
    "make_ref()",
    "alias()",
    "hd(erlang:ports())",
    "processes()",
    "fun lists:map/2",
    "fun agner_peer:nobody_has_this/77",
    "fun(X) -> X + 1 end",
    "(fun(Y) -> fun(X) -> {X, Y, self()} end end)(\"environment\")",
    // Of nodes that nobody is connected to, with words of every size.
    "binary_to_term(<<131,88,119,9,\"x@nowhere\",1:32,2:32,3:32>>)",
    "binary_to_term(<<131,89,119,9,\"x@nowhere\",1:32,3:32>>)",
    "binary_to_term(<<131,120,119,9,\"x@nowhere\",16#123456789ABCDEF:64,3:32>>)",
    "[binary_to_term(<<131,90,N:16,119,9,\"x@nowhere\",4:32,0:((N - 1) * 32),5:32>>) || N <- [1, 2, 3, 4, 5]]",
};

const char* const deep[] = {
    "lists:foldl(fun(_, A) -> [A] end, [], lists:seq(1, 100000))",
    "lists:foldl(fun(_, A) -> [A|A0] end, x, lists:seq(1, 100000))",
    "lists:foldl(fun(_, A) -> {A} end, [], lists:seq(1, 100000))",
    "lists:foldl(fun(I, A) -> #{I => A} end, [], lists:seq(1, 100000))",
};

TEST_P(Terms, OfErlangComeBackWithEveryBit) {
  nodes().erl.eval("A0 = a");

  for (const auto& kind : {std::span<const char* const>{numbers}, std::span<const char* const>{containers},
                           std::span<const char* const>{bytes}, std::span<const char* const>{atoms},
                           std::span<const char* const>{identifiers}, std::span<const char* const>{deep}})
    for (const char* expression : kind)
      EXPECT_EQ(same(expression), "true") << expression;
}

TEST_P(Terms, OfErlangAreReadAsErlangPrintsThem) {
  const helper helps{nodes().here, reader, "reader"_atom};
  nodes().erl.eval("Text = fun(T) -> unicode:characters_to_binary(io_lib:format(\"~0tp\", [T])) end");

  for (const std::string expression :
       {"[S * ((1 bsl N) + D) || N <- [0, 7, 8, 15, 16, 31, 32, 59, 60, 63, 64, 128, 2039, 2040], D <- [-1, 0, 1], S "
        "<- "
        "[1, -1]]",
        "[0.0, -0.0, 1.5e300, -1.5e300, 5.0e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1, -1.0]",
        "[[], [a|b], [1,2,[3|4]|{5}], \"text\", {}, {1,{2,{3}}}]", "lists:seq(0, 300)",
        "list_to_tuple(lists:seq(1, 256))", "lists:duplicate(300, 7) ++ tail", "#{1 => a, 1.0 => b, [] => #{c => {}}}",
        "maps:from_list([{I, I * I} || I <- lists:seq(1, 32)])", "[<<>>, <<0>>, <<1:1>>, <<255, 1:7>>, <<\"bytes\">>]",
        "[<<(1 bsl N):(N + 1)>> || N <- lists:seq(0, 64)]", "<<0:1000, 5:3>>",
        "['', hello, 'with space', list_to_atom(lists:duplicate(255, 16#1F600)), list_to_atom(lists:duplicate(255, "
        "16#FF)), true, 'Elixir.Enum']",
        "[fun lists:map/2, fun agner_peer:nobody_has_this/77]"})
    EXPECT_EQ(
        nodes().erl.eval("agner_peer:echo(" + here("reader") + ", " + expression + ") =:= Text(" + expression + ")"),
        "true")
        << expression << nodes().erl.eval("agner_peer:echo(" + here("reader") + ", " + expression + ")");
}

TEST_P(Terms, AFunThatComesBackIsTheOneThatWasSent) {
  nodes().erl.eval("Plus = (fun(Y) -> fun(X) -> X + Y end end)(1)");

  EXPECT_EQ(nodes().erl.eval("F = agner_peer:echo(" + here("echo") + ", Plus), {F =:= Plus, F(41)}"), "{true,42}");
}

TEST_P(Terms, OfOursComeBackAsTheyWere) {
  const auto keep = [](const char* text) { return must(parse_term(text)); };
  std::vector<term> terms;
  for (const char* text : {"[]",
                           "{}",
                           "#{}",
                           "''",
                           "[1,2|3]",
                           "\"text\"",
                           "<<>>",
                           "<<1,2,3:5>>",
                           "-1",
                           "255",
                           "256",
                           "-2147483648",
                           "2147483648",
                           "9223372036854775807",
                           "-9223372036854775808",
                           "9223372036854775808",
                           "-9223372036854775809",
                           "340282366920938463463374607431768211456",
                           "0.1",
                           "#{1 => a, 1.0 => b}",
                           "{a,{b,[c|#{d => <<\"e\">>}]}}"})
    terms.push_back(keep(text));
  std::string wide;
  for (int i = 0; i < 255; ++i)
    wide += "\U0001F600";
  terms.emplace_back(atom{wide});
  terms.push_back(binary(std::string(16 << 20, 'b')));
  terms.push_back(export_fun("lists"_atom, "map"_atom, 2));
  std::vector<std::pair<term, term>> pairs;
  for (int i = 0; i < 1000; ++i)
    pairs.emplace_back(tuple(i, i / 7.0), list({i}));
  terms.push_back(map_of(std::move(pairs)));
  term in_lists;
  term in_tuples;
  for (int i = 0; i < 100'000; ++i) {
    in_lists = list({in_lists});
    in_tuples = tuple(in_tuples);
  }
  terms.push_back(in_lists);
  terms.push_back(in_tuples);

  nodes().here.run(
      [](atom erl, const std::vector<term>& all) -> task<> {
        std::vector<term> sent = all;
        for (const term& own : {term{self()}, term{make_ref()}, term{alias()}})
          sent.push_back(own);
        for (const term& each : sent) {
          send({"echo"_atom, erl}, tuple(self(), each));
          const term back = co_await receive(on(match(any<pid>, any<term>), [](pid, term what) { return what; }),
                                             after(patience, [] { return term{"no_answer"_atom}; }));
          EXPECT_TRUE(back == each) << print_short(each) << print_short(back);
        }
        send({"echo"_atom, erl}, tuple(self(), -0.0));
        const double zero = co_await receive(on(match(any<pid>, any<double>), [](pid, double what) { return what; }));
        EXPECT_TRUE(std::signbit(zero));
      },
      nodes().erl_name, terms);
}

TEST_P(Terms, CompressedOnesAreReadByBoth) {
  const helper helps{nodes().here, codec, "codec"_atom};

  for (const char* expression :
       {"lists:duplicate(10000, {a, <<\"b\">>, 1.5, #{}})", "binary:copy(<<\"text \">>, 1000000)", "lists:seq(1, 5000)",
        "x", "lists:foldl(fun(_, A) -> [A] end, [], lists:seq(1, 100000))"}) {
    const std::string both = "(fun(T) -> Decoded = agner_peer:echo(" + here("codec") +
                             ", {decode, term_to_binary(T, [{compressed, 9}])}), Encoded = agner_peer:echo(" +
                             here("codec") +
                             ", {encode, T}), {Decoded =:= T, binary_to_term(Encoded) =:= T, byte_size(Encoded) =< "
                             "byte_size(term_to_binary(T))} end)(" +
                             expression + ")";
    EXPECT_EQ(nodes().erl.eval(both), "{true,true,true}") << expression;
  }
}

std::string name_of(const testing::TestParamInfo<way>& info) {
  return text_of(std::get<0>(info.param)) + text_of(std::get<1>(info.param)) + "Calls";
}

INSTANTIATE_TEST_SUITE_P(Ways, Terms,
                         testing::Combine(testing::Values(over::tcp, over::tls_1_2, over::tls_1_3),
                                          testing::Values(side::ours, side::erlangs)),
                         name_of);

} // namespace
} // namespace agner::test
