// SPDX-License-Identifier: Apache-2.0
// Sends its standard input over TLS and prints what comes back, until the peer closes. Shows: connect, active mode with flow control, a process that sends while another receives.
//
//   tls_client HOST PORT OPTIONS
//   tls_client localhost 4433 '[{cacertfile, "ca.pem"}]'

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <semaphore>
#include <thread>

#include <agner/actors/process.hpp>
#include <agner/runtime/log.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/tls/ssl.hpp>

using namespace agner;
using namespace std::chrono_literals;

namespace {

int complain(std::string why) {
  std::ranges::replace(why, '\n', ' ');
  std::fprintf(stderr, "tls_client: %s\n", why.c_str());
  return EXIT_FAILURE;
}

struct input {
  static constexpr auto tag = "input"_atom;
  std::string bytes;
};

/// Reads standard input on a thread of its own, since it may be a file, which cannot be waited for, and sends it to a process, a piece at a time.
class input_reader {
public:
  input_reader(node& on, const pid& to) {
    if (::pipe(wake_.data()) != 0) std::abort();
    thread_ = std::thread([this, &on, to] { read(on, to); });
  }
  ~input_reader() {
    ::close(wake_[1]);
    taken_.release();
    thread_.join();
    ::close(wake_[0]);
  }
  input_reader(const input_reader&) = delete;
  input_reader& operator=(const input_reader&) = delete;

  /// The process wants the next piece.
  void next() { taken_.release(); }

private:
  void read(node& on, const pid& to) {
    std::array<char, 16384> piece;
    for (;;) {
      std::array<pollfd, 2> either{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{wake_[0], POLLIN, 0}};
      if (::poll(either.data(), either.size(), -1) < 0) continue;
      const ssize_t got = either[1].revents != 0 ? 0 : ::read(STDIN_FILENO, piece.data(), piece.size());
      if (got <= 0) return;
      on.send(to, to_term(input{{piece.data(), static_cast<std::size_t>(got)}}));
      taken_.acquire();
    }
  }

  std::array<int, 2> wake_{};
  std::counting_semaphore<> taken_{0};
  std::thread thread_;
};

task<> send_input(ssl::socket to) {
  input_reader reader{this_node(), self()};
  for (bool open = true; open;) {
    const auto sent = co_await receive([to](input in) { return ssl::send(to, in.bytes); });
    open = sent.has_value();
    reader.next();
  }
}

void show(const term& bytes) {
  std::fwrite(bytes.bytes().data(), 1, bytes.bytes().size(), stdout);
  std::fflush(stdout);
}

task<int> talk(std::string host, std::uint16_t port, ssl::option_list options) {
  const auto connected = co_await ssl::connect(host, port, std::move(options), 15s);
  if (!connected) co_return complain(ssl::format_error(connected.error()));
  // If this process waited while it sends, and the peer while it sends back, neither would read.
  const pid sender = spawn(send_input, *connected);
  std::optional<int> status;
  while (!status) {
    // A piece at a time: what is not printed yet holds the peer back.
    if (!co_await ssl::setopts(*connected, {.active = ssl::once})) break;
    co_await receive([](ssl::data in) { show(in.bytes); }, [&status](ssl::closed) { status = EXIT_SUCCESS; },
                     [&status](ssl::error_ why) { status = complain(ssl::format_error(why.reason)); });
  }
  exit(sender, "kill"_atom);
  co_return status.value_or(EXIT_SUCCESS);
}

/// As given, with what printing needs: of these options the last counts.
ssl::option_list connect_options(const term& given) {
  std::vector<term> all;
  const list_view those = given.as_list();
  for (const term& one : those)
    all.push_back(one);
  all.push_back("binary"_atom);
  all.push_back(tuple("active"_atom, false));
  return ssl::option_list{list_of(std::move(all), those.last_tail())};
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) return complain("usage: tls_client HOST PORT OPTIONS");
  const auto port = parse_term(argv[2]);
  const auto options = parse_term(argv[3]);
  if (!port || !from_term<std::uint16_t>(*port)) return complain(std::string(argv[2]) + " is no port");
  if (!options || !options->is_list()) return complain(std::string(argv[3]) + " is no list of options");

  log::set_level(log::level::error); // the notice of an alert would say once more why the handshake failed
  node here;
  return here.run(talk, std::string(argv[1]), *from_term<std::uint16_t>(*port), connect_options(*options));
}
