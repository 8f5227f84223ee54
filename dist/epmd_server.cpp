// SPDX-License-Identifier: Apache-2.0

#include "epmd_server.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "../actors/process.hpp"
#include "../actors/transport.hpp"
#include "../runtime/stream_socket.hpp"
#include "epmd_messages.hpp"
#include "internal/strangers.hpp"
#include "internal/stream_wait.hpp"

namespace agner::dist::epmd {

namespace {

using std::chrono::seconds;

// A client says what it wants within this, and takes its answer within it.
constexpr seconds patience{10};
// Clients that have not yet registered; one more, and the oldest goes.
constexpr std::size_t clients_max = 256;
// Clients that the kernel holds until they are taken; past that it drops them, and they try again after a second.
constexpr int clients_waiting_max = 1024;
// Nodes on one host, far above what one host runs.
constexpr std::size_t nodes_max = 4096;

/// Who is registered. Any thread.
class register_book {
public:
  std::optional<std::uint32_t> add(const alive_request& what) {
    const std::lock_guard lock{mutex_};
    if (nodes_.size() >= nodes_max || nodes_.contains(what.name)) return std::nullopt;
    nodes_.emplace(what.name, what);
    return ++creations_ + 3; // creations 1 to 3 are those of old nodes
  }
  void remove(const std::string& name) {
    const std::lock_guard lock{mutex_};
    nodes_.erase(name);
  }
  std::optional<alive_request> find(const std::string& name) const {
    const std::lock_guard lock{mutex_};
    const auto at = nodes_.find(name);
    if (at == nodes_.end()) return std::nullopt;
    return at->second;
  }
  std::vector<named_port> all() const {
    const std::lock_guard lock{mutex_};
    std::vector<named_port> listed;
    for (const auto& [name, node] : nodes_)
      listed.push_back({name, node.port});
    return listed;
  }

private:
  mutable std::mutex mutex_; // guards all below
  std::map<std::string, alive_request> nodes_;
  std::uint32_t creations_ = 0;
};

struct server {
  explicit server(std::uint16_t at) : port(at), clients(clients_max) {}
  std::uint16_t port;
  register_book book;
  internal::strangers clients;
};

task<> answer(transport& to, std::vector<std::byte> bytes) {
  co_await internal::write_all(to, bytes, this_node().scheduler().time().now() + patience);
}

struct registration {
  register_book& in;
  std::string name;
  ~registration() { in.remove(name); }
};

// The node stays known while its connection is open; it says nothing more.
task<> keep_registered(std::shared_ptr<server> in, transport& client, alive_request what) {
  const auto creation = in->book.add(what);
  if (!creation) co_return co_await answer(client, write(alive_answer{1, 0, true}));
  const registration held{in->book, what.name};
  if (!in->clients.remove(self())) co_return; // sent away for another client just now
  co_await answer(client, write(alive_answer{0, *creation, what.highest >= version_highest}));
  std::vector<std::byte> ignored;
  for (;;) {
    ignored.clear();
    const auto more = co_await internal::read_some(client, ignored, 1, internal::no_deadline);
    if (!more || !*more) co_return;
  }
}

task<result<request>> hear(transport& client, clock::time_point deadline) {
  std::vector<std::byte> bytes;
  std::size_t wanted = 2;
  while (bytes.size() < wanted) {
    const auto more = co_await internal::read_some(client, bytes, wanted, deadline);
    if (!more) co_return std::unexpected(more.error());
    if (!*more) co_return fail("closed"_atom);
    if (bytes.size() != 2 || wanted != 2) continue;
    wanted += std::to_integer<std::size_t>(bytes[0]) << 8U | std::to_integer<std::size_t>(bytes[1]);
    if (wanted > 2 + request_bytes_max) co_return fail("too_long"_atom);
  }
  co_return read_request(std::span<const std::byte>{bytes}.subspan(2));
}

task<> serve_client(std::shared_ptr<server> in, stream_socket& socket) {
  struct counted {
    server& in;
    pid who;
    ~counted() { in.clients.remove(who); }
  } const guard{*in, self()};
  if (const auto oldest = in->clients.add(self())) exit(*oldest, "kill"_atom);
  const auto client = make_transport(this_node().scheduler(), std::move(socket));
  const auto deadline = this_node().scheduler().time().now() + patience;
  if (!co_await internal::readable(*client, deadline)) co_return;
  in->clients.heard(self());
  const auto asked = co_await hear(*client, deadline);
  if (!asked) {
    log::notice("epmd: a request is refused: ~p", asked.error().reason());
    co_return;
  }
  if (const auto* alive = std::get_if<alive_request>(&*asked))
    co_await keep_registered(in, *client, *alive);
  else if (const auto* port = std::get_if<port_request>(&*asked))
    co_await answer(*client, write(port_answer{in->book.find(port->name)}));
  else if (std::holds_alternative<names_request>(*asked))
    co_await answer(*client, write(names_answer{in->port, in->book.all()}));
  else if (std::holds_alternative<kill_request>(*asked)) {
    const auto no = std::as_bytes(std::span{kill_refused});
    co_await answer(*client, {no.begin(), no.end()});
  }
}

task<> accept_clients(std::shared_ptr<server> in, stream_socket& listening) {
  const reference ready = make_ref();
  readiness watch{this_node().scheduler(), listening.descriptor()};
  for (;;) {
    auto caller = listening.accept();
    if (caller && *caller) {
      spawn(serve_client, in, std::move(**caller));
      co_await yield();
      continue;
    }
    if (!caller) co_await receive(on(match("$retry"_atom, ready), [] {}), after(std::chrono::milliseconds{100}, [] {}));
    watch.notify(readiness::direction::input, self(), tuple("$ready"_atom, ready));
    co_await receive(on(match("$ready"_atom, ready), [] {}));
  }
}

} // namespace

result<pid> start_server(node& on, const socket_address& at) {
  auto listening = stream_socket::open(at.ip.is_v6() ? stream_socket::family::v6 : stream_socket::family::v4);
  if (!listening) return std::unexpected(listening.error());
  listening->set(socket_option::reuseaddr, 1);
  if (auto bound = listening->bind(at); !bound) return std::unexpected(bound.error());
  if (auto heard = listening->listen(clients_waiting_max); !heard) return std::unexpected(heard.error());
  return on.spawn(accept_clients, std::make_shared<server>(at.port), std::move(*listening));
}

} // namespace agner::dist::epmd
