// SPDX-License-Identifier: Apache-2.0
// Sends back what its clients send, over TLS. Shows: listen, accept, one process a client, passive reading.
//
//   tls_echo_server PORT OPTIONS
//   tls_echo_server 4433 '[{certfile, "cert.pem"}, {keyfile, "key.pem"}]'

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <agner/actors/process.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/tls/ssl.hpp>

using namespace agner;
using namespace std::chrono_literals;

namespace {

int complain(std::string why) {
  std::ranges::replace(why, '\n', ' ');
  std::fprintf(stderr, "tls_echo_server: %s\n", why.c_str());
  return EXIT_FAILURE;
}

/// As given, on the loopback unless they say otherwise, and with what echoing needs.
ssl::option_list listen_options(const term& given) {
  std::vector<term> all;
  const list_view those = given.as_list();
  for (const term& one : those)
    all.push_back(one);
  all.push_back(tuple("ip"_atom, "loopback"_atom)); // the first of an option counts
  all.push_back("binary"_atom);                     // but of these the last
  all.push_back(tuple("active"_atom, false));
  return ssl::option_list{list_of(std::move(all), those.last_tail())};
}

task<> serve(ssl::socket pending) {
  const auto client = co_await ssl::handshake(pending, 15s);
  if (!client) {
    complain("refused a client: " + ssl::format_error(client.error()));
    co_return;
  }
  for (;;) {
    auto got = co_await ssl::recv(*client, 0);
    if (!got || !co_await ssl::send(*client, *std::move(got))) co_return;
  }
}

/// Each client gets a process of its own before it has said anything, so that none can hold up the others.
task<> accept_clients(ssl::listen_socket listener) {
  for (;;) {
    const auto pending = co_await ssl::transport_accept(listener);
    if (pending)
      must(co_await ssl::controlling_process(*pending, spawn(serve, *pending)));
    else
      co_await receive(after(100ms, [] {})); // too many open files, say: some will close
  }
}

task<bool> start(std::uint16_t port, ssl::option_list options) {
  const auto listener = ssl::listen(port, std::move(options));
  if (!listener) {
    complain(ssl::format_error(listener.error()));
    co_return false;
  }
  must(co_await ssl::controlling_process(*listener, spawn(accept_clients, *listener)));
  std::printf("listening on %s\n", must(co_await ssl::sockname(*listener)).text().c_str());
  std::fflush(stdout);
  co_return true;
}

/// Each client takes a descriptor, and the limit that a shell gives is low.
void allow_many_clients() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) return complain("usage: tls_echo_server PORT OPTIONS");
  const auto port = parse_term(argv[1]);
  const auto options = parse_term(argv[2]);
  if (!port || !from_term<std::uint16_t>(*port)) return complain(std::string(argv[1]) + " is no port");
  if (!options || !options->is_list()) return complain(std::string(argv[2]) + " is no list of options");

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr); // before the workers start, so that only the wait below gets them

  std::signal(SIGPIPE, SIG_IGN); // nobody need read what is printed

  allow_many_clients();
  node here;
  if (!here.run(start, *from_term<std::uint16_t>(*port), listen_options(*options))) return EXIT_FAILURE;
  int which = 0;
  sigwait(&ends, &which);
}
