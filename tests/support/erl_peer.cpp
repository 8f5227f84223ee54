// SPDX-License-Identifier: Apache-2.0

#include "erl_peer.hpp"

#include <algorithm>
#include <csignal>
#include <stdexcept>

namespace agner::test {

namespace {

// Reads lines, evaluates each with the bindings of those before, and prints the value between marks that no value has.
constexpr const char* loop = R"(
  Loop = fun Loop(Bound, N) ->
    case io:get_line("") of
      eof -> halt(0);
      Line ->
        {Text, Next} =
          try
            {ok, Tokens, _} = erl_scan:string(Line),
            {ok, Parsed} = erl_parse:parse_exprs(Tokens),
            {value, Value, Bindings} = erl_eval:exprs(Parsed, Bound),
            {io_lib:format("~0tp", [Value]), Bindings}
          catch Class:Reason -> {io_lib:format("raised ~0tp", [{Class, Reason}]), Bound}
          end,
        io:format("~n=value ~w=~ts=end ~w=~n", [N, Text, N]),
        Loop(Next, N + 1)
    end
  end,
  io:format("~n=ready=~n"),
  Loop(erl_eval:new_bindings(), 1).
)";

std::vector<std::string> command(const std::vector<std::string>& flags) {
  std::vector<std::string> all{"erl", "-noshell", "-kernel", "logger_level", "warning"};
  all.insert(all.end(), flags.begin(), flags.end());
  all.insert(all.end(), {"-eval", loop});
  return all;
}

} // namespace

erl_peer::erl_peer(const std::vector<std::string>& flags) : erl_(command(flags)) {
  const std::string said = erl_.read_until("=ready=");
  if (!said.contains("=ready=")) throw std::runtime_error("erl did not start: " + said);
}

std::string erl_peer::eval(std::string_view expressions) {
  const std::string number = std::to_string(++evaluations_);
  const std::string begin_mark = "=value " + number + "=";
  const std::string end_mark = "=end " + number + "=";
  // The peer reads a line.
  std::string line{expressions};
  std::ranges::replace(line, '\n', ' ');
  erl_.write(line + ".\n");
  const std::string said = erl_.read_until(end_mark);
  const std::size_t end = said.find(end_mark);
  if (end == std::string::npos) throw std::runtime_error("erl did not answer: " + said);
  const std::size_t begin = said.find(begin_mark) + begin_mark.size();
  return said.substr(begin, end - begin);
}

void erl_peer::kill() {
  erl_.kill(SIGKILL);
  erl_.wait();
}

void erl_peer::pause() { erl_.kill(SIGSTOP); }
void erl_peer::resume() { erl_.kill(SIGCONT); }

} // namespace agner::test
