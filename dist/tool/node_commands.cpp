// SPDX-License-Identifier: Apache-2.0
// Commands that are a node: node, ping, call.

#include <unistd.h>

#include <optional>
#include <utility>

#include "../../actors/gen_server.hpp"
#include "../../actors/process.hpp"
#include "../../runtime/log.hpp"
#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_text.hpp"
#include "../net_kernel.hpp"
#include "../node_arguments.hpp"
#include "commands.hpp"
#include "termination.hpp"

namespace agner::tool {

namespace {

node_options options_from(const words& flags) {
  std::vector<const char*> argv{"agner"};
  for (const std::string& flag : flags)
    argv.push_back(flag.c_str());
  return node_options::from_args(static_cast<int>(argv.size()), argv.data());
}

std::string host_of(const std::string& node) { return node.substr(node.find('@') + 1); }

/// A name for a node that only asks: the kind of @p peer's, short or long, and where this host has no long name, on the peer's.
words own_name(const std::string& peer) {
  const std::string head = "agner_" + std::to_string(::getpid());
  const std::string host = host_of(peer);
  if (host.find('.') == std::string::npos) return {"-sname", head};
  const host_names here = host_names::here();
  return {"-name",
          head + "@" + (here.domain.empty() || host.starts_with("127.") ? host : here.host + "." + here.domain)};
}

/// The flags with a name, if they have none.
words with_name(words flags, const std::string& peer) {
  const auto said = read_node_arguments(flags, node_surroundings::here());
  if (!said || said->name) return flags; // from_args tells what is wrong
  words all = own_name(peer);
  all.emplace_back("-hidden");
  all.insert(all.end(), flags.begin(), flags.end());
  return all;
}

std::optional<atom> node_name(const std::string& text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string::npos || at + 1 == text.size()) return std::nullopt;
  return atom::intern(text);
}

std::string one_line(const term& of) { return print(of, {.line_characters = 0}); }

/// The reply, or why there is none.
task<result<term>> ask(atom peer, atom name, term request) {
  try {
    co_return co_await gen_server::call({name, peer}, std::move(request));
  } catch (const raised& why) {
    const term& reason = why.reason(); // {Reason, {gen_server, call, Arguments}}
    const bool of_call = reason.is_tuple() && reason.size() == 2 && reason[1].is_tagged("gen_server"_atom, 3);
    co_return fail(of_call ? reason[0] : reason);
  }
}

} // namespace

int run_node(const words& flags) {
  const termination ends;
  const node here{options_from(flags)};
  print_line("ready " + std::string{here.name().name()});
  ends.wait(ends_at::signal);
  return exit_success;
}

int run_ping(const std::string& peer, const words& flags) {
  const auto name = node_name(peer);
  if (!name) return complain("ping " + peer + ": no name of a node; write NAME@HOST");
  node here{options_from(with_name(flags, peer))};
  const bool pong = here.run(net_adm::ping, *name) == net_adm::ping_answer::pong;
  print_line(pong ? "pong" : "pang");
  return pong ? exit_success : exit_failure;
}

int run_call(const std::string& peer, const std::string& server, const std::string& text, const words& flags) {
  const auto name = node_name(peer);
  if (!name) return complain("call " + peer + ": no name of a node; write NAME@HOST");
  const auto registered = atom::intern(server);
  if (!registered) return complain("call: NAME is longer than 255 characters or not UTF-8");
  const auto request = parse_term(text);
  if (!request) {
    const term& why = request.error().reason(); // {Line, Column, Reason}
    return complain("call: TERM, column " + print_short(why[1]) + ": " + std::string{why[2].text()});
  }
  node here{options_from(with_name(flags, peer))};
  const auto reply = here.run(ask, *name, *registered, *request);
  print_line(one_line(reply ? *reply : reply.error().reason()));
  return reply ? exit_success : exit_failure;
}

} // namespace agner::tool
