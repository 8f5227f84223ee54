// SPDX-License-Identifier: Apache-2.0
// agner: runs a node, asks nodes and epmd, and makes certificates. What it prints and its exit codes are fixed: docs/agner-program.md.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "../../runtime/error.hpp"
#include "commands.hpp"
#include "standard_files.hpp"
#include "start_fault.hpp"

namespace agner::tool {

namespace {

// erl's flags have a grammar of their own, so CLI11 sees the words before them only.
struct node_command {
  std::string_view name;
  std::size_t positionals;
};
constexpr node_command node_commands[] = {{"node", 0}, {"ping", 1}, {"call", 3}};

/// Splits off the flags of a command that makes a node. What is left is for CLI11, whose `--` lets a term begin with a dash.
words take_flags(words& line) {
  const auto* const command = std::ranges::find(
      node_commands, line.empty() ? std::string_view{} : std::string_view{line.front()}, &node_command::name);
  const bool help = line.size() > 1 && (line[1] == "-h" || line[1] == "--help");
  if (command == std::end(node_commands) || help) return {};
  const auto end = line.begin() + static_cast<std::ptrdiff_t>(std::min(line.size(), 1 + command->positionals));
  words flags(std::make_move_iterator(end), std::make_move_iterator(line.end()));
  line.erase(end, line.end());
  line.insert(line.begin() + 1, "--");
  return flags;
}

int run(words line) {
  CLI::App app{"Runs a node of agner, asks nodes and epmd, and makes certificates. FLAGS are erl's: -sname a "
               "-setcookie c -proto_dist inet_tls ...",
               "agner"};
  app.require_subcommand(1);
  std::string node;
  std::string name;
  std::string term;
  std::string folder;
  words nodes;
  const words flags = take_flags(line);
  int code = exit_success;

  auto* const node_command = app.add_subcommand("node", "node [FLAGS]: runs a node until SIGTERM");
  node_command->callback([&] { code = run_node(flags); });
  auto* const ping = app.add_subcommand("ping", "ping NODE [FLAGS]: prints pong or pang");
  ping->add_option("NODE", node, "name@host")->required();
  ping->callback([&] { code = run_ping(node, flags); });
  auto* const call =
      app.add_subcommand("call", "call NODE NAME TERM [FLAGS]: calls a gen_server, prints the reply or the reason");
  call->add_option("NODE", node, "name@host")->required();
  call->add_option("NAME", name, "what the server is registered as")->required();
  call->add_option("TERM", term, "the request, as Erlang text")->required();
  call->callback([&] { code = run_call(node, name, term, flags); });
  auto* const names = app.add_subcommand("names", "prints NAME PORT of each node that epmd knows");
  names->callback([&] { code = run_names(); });
  auto* const certs =
      app.add_subcommand("certs", "certs DIR NODE...: makes a test CA, and certificates and option files of nodes");
  certs->add_option("DIR", folder, "where the files go")->required();
  certs->add_option("NODE", nodes, "name@host, or a host")->required();
  certs->callback([&] { code = run_certs(folder, nodes); });

  try {
    std::ranges::reverse(line); // as CLI11 takes a vector
    app.parse(std::move(line));
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault, std::cout, std::cerr) == 0 ? exit_success : exit_failure;
  }
  return code;
}

} // namespace

int complain(const std::string& why) {
  std::fprintf(stderr, "agner: %s\n", why.c_str());
  return exit_failure;
}

void print_line(const std::string& line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw std::system_error{errno, std::generic_category(), "standard output"};
}

} // namespace agner::tool

int main(int argc, char** argv) {
  agner::tool::open_standard_files();
  try {
    return agner::tool::run({argv + 1, argv + argc});
  } catch (const std::exception& fault) {
    return agner::tool::complain(agner::tool::start_fault(fault));
  }
}
