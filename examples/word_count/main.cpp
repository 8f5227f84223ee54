// SPDX-License-Identifier: Apache-2.0
// word_count: one program for the C++ nodes of the example. The script `run` beside it starts them; README.md says what happens.
//
//   word_count worker FLAGS                    prints `ready` and counts for whoever hires, until that ends
//   word_count coordinator LIST NODE... FLAGS  has the files named in the file LIST, each name ended by a zero byte, counted by workers on the NODEs, and kills the first NODE
//                                              in the middle; prints `compared`, and the table when told by SIGTERM
//   word_count stranger REASON NODE FLAGS      tries to join; exit code 0 if it is refused and told REASON

#include <sys/prctl.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>
#include <agner/dist/epmd_client.hpp>
#include <agner/dist/net_kernel.hpp>
#include <agner/runtime/log.hpp>
#include <agner/runtime/term_builders.hpp>

#include "coordinator.hpp"
#include "screen.hpp"
#include "table.hpp"
#include "worker.hpp"

namespace word_count {

namespace {

using namespace std::chrono_literals;
using words = std::vector<std::string>;

constexpr std::size_t strangers = 2;

void print_line(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

/// The node that erl's flags describe.
node_options options_from(const words& flags) {
  std::vector<const char*> argv{"word_count"};
  for (const std::string& flag : flags)
    argv.push_back(flag.c_str());
  return node_options::from_args(static_cast<int>(argv.size()), argv.data());
}

/// The words before the first that begins with a dash, which are taken off the line.
words take_plain(words& line) {
  const auto end = std::ranges::find_if(line, [](const std::string& word) { return word.starts_with('-'); });
  words plain(line.begin(), end);
  line.erase(line.begin(), end);
  return plain;
}

/// The names in a list, as paths that mean the same wherever they are opened.
words read_list(const std::string& path) {
  std::ifstream list{path, std::ios::binary};
  if (!list) throw std::invalid_argument("cannot read the list " + path);
  words names;
  for (std::string name; std::getline(list, name, '\0');)
    names.push_back(std::filesystem::absolute(name).string());
  return names;
}

// -- the three programs -------------------------------------------------------------------------------------------------------------------

int run_worker(const words& flags) {
  node here{options_from(flags)};
  here.run([]() -> task<> {
    const auto [server, watch] = must(co_await gen_server::start_monitor<foreman>(gen_server::local("foreman"_atom)));
    print_line("ready");
    co_await receive(on(match("DOWN"_atom, watch, "process"_atom, server, _), [] {}));
    log::notice("the coordinator is gone, and so is this node");
  });
  return EXIT_SUCCESS;
}

/// Returns when this node can be found: the epmd that knew it went with the node that was killed, and another takes its place. At most some ten seconds.
task<> await_epmd() {
  const std::string name{this_node().name().name()};
  for (int tries = 0; tries < 100; ++tries) {
    if (co_await dist::epmd::port_please(ip_address::loopback(), name.substr(0, name.find('@')))) co_return;
    co_await receive(after(100ms, [] {}));
  }
}

task<account> coordinate(plan what) {
  must(co_await gen_server::start<coordinator>(gen_server::local("coordinator"_atom), std::move(what)));
  auto outcome = co_await gen_server::call<account>("coordinator"_atom, report{}, infinity);
  co_await await_epmd();
  co_return outcome;
}

int run_coordinator(words line, refusals& refused) {
  const words told = take_plain(line);
  if (told.size() < 2) throw std::invalid_argument("a coordinator needs LIST and NODE...");
  plan what{.files = read_list(told.front()), .nodes = {told.begin() + 1, told.end()}};

  sigset_t ends; // blocked before the scheduler starts its workers, so that only the wait below gets it
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  node here{options_from(line)};
  const account outcome = here.run(coordinate, std::move(what));
  print_line("compared");
  int which = 0;
  sigwait(&ends, &which);

  const auto kept_out = refused.wait_for(strangers, 5s);
  print_line("\n" + table_of(outcome, kept_out));
  const auto faults = faults_of(outcome, kept_out);
  for (const std::string& fault : faults)
    std::fprintf(stderr, "word_count: %s\n", fault.c_str());
  return faults.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_stranger(words line, refusals& refused) {
  const words told = take_plain(line);
  if (told.size() != 2) throw std::invalid_argument("a stranger needs REASON and NODE");
  node here{options_from(line)};
  if (here.run(net_kernel::connect_node, atom{told[1]})) {
    log::error("joined, and should have been refused");
    return EXIT_FAILURE;
  }
  const auto why = refused.wait_for(1, 5s);
  if (!why.empty() && why.front().kind == told[0]) return EXIT_SUCCESS;
  log::error("did not join, but was not told ~ts", binary(told[0]));
  return EXIT_FAILURE;
}

/// What the screen calls the node that the flags describe: NAME of `-name NAME@HOST`.
std::string name_in(const words& line) {
  const auto flag = std::ranges::find(line, "-name");
  if (flag == line.end() || flag + 1 == line.end()) return "?";
  return (flag + 1)->substr(0, (flag + 1)->find('@'));
}

int run(words line) {
  if (line.empty()) throw std::invalid_argument("say which: worker, coordinator or stranger");
  const std::string role = line.front();
  line.erase(line.begin());
  const auto refused = watch_log(name_in(line));
  if (role == "worker") return run_worker(line);
  if (role == "coordinator") return run_coordinator(std::move(line), *refused);
  if (role == "stranger") return run_stranger(std::move(line), *refused);
  throw std::invalid_argument(role + " is none of worker, coordinator and stranger");
}

} // namespace

} // namespace word_count

int main(int argc, char** argv) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL); // no node outlives the script that started it
  try {
    return word_count::run({argv + 1, argv + argc});
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "word_count: %s\n", fault.what());
    return EXIT_FAILURE;
  }
}
