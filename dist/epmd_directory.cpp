// SPDX-License-Identifier: Apache-2.0

#include "epmd_directory.hpp"

#include <string>
#include <utility>

#include "../actors/process.hpp"
#include "epmd_client.hpp"
#include "epmd_server.hpp"
#include "internal/epmd_daemon.hpp"
#include "internal/stream_wait.hpp"

namespace agner::dist {

namespace {

using std::chrono::milliseconds;

constexpr int tries_max = 5; // to find or become an epmd before the first registration fails
constexpr milliseconds between_tries{200};
// An epmd that takes the name and closes at once is asked again no sooner than this.
constexpr milliseconds between_registrations{1000};

// Makes sure that something answers at epmd's port: what is installed, else our own. Others may do the same at the same time; one of them wins, and all find it.
task<> start_epmd(node& on, const epmd_options& options) {
  if (options.prefers_installed && co_await internal::start_epmd_daemon(options.port)) co_return;
  if (const auto own = epmd::start_server(on, {options.listen_ip, options.port}))
    log::info("epmd: none is installed, this node answers at port ~p", options.port);
}

task<result<std::unique_ptr<transport>>> register_somewhere(node& on, const epmd::alive_request& what,
                                                            const epmd_options& options) {
  error last{"econnrefused"_atom};
  for (int i = 0; i < tries_max; ++i) {
    auto done = co_await epmd::register_node(what, options.port);
    if (done || done.error().reason().is("duplicate_name"_atom)) co_return done;
    last = done.error();
    if (options.start) co_await start_epmd(on, options);
    if (i != 0) co_await receive(after(between_tries, [] {}));
  }
  co_return std::unexpected(last);
}

// Keeps the node registered for as long as it lives. The first outcome goes to @p starter.
task<> keep_registered(epmd::alive_request what, epmd_options options, pid starter, reference ref) {
  bool told = false;
  for (;;) {
    auto connection = co_await register_somewhere(this_node(), what, options);
    if (!told) {
      told = true;
      send(starter, tuple(ref, connection ? term("ok"_atom) : connection.error().reason()));
      if (!connection) co_return;
    } else if (connection) {
      log::notice("epmd: the connection was lost, ~s is registered again", binary(what.name));
    }
    if (!connection) {
      log::warning("epmd: cannot register ~s again: ~p", binary(what.name), connection.error().reason());
      co_await receive(after(between_registrations, [] {}));
      continue;
    }
    const auto soonest = this_node().scheduler().time().now() + between_registrations;
    std::vector<std::byte> ignored;
    co_await internal::read_some(**connection, ignored, 1, internal::no_deadline);
    connection = fail("closed"_atom); // whatever it said: a connection that is left open would keep the name from us
    co_await receive(after(internal::time_left(soonest), [] {}));
  }
}

class epmd_names final : public directory {
public:
  explicit epmd_names(epmd_options options) : options_(options) {
    if (options_.port == 0) options_.port = epmd::port();
  }

  task<result<>> publish(std::string_view name, std::uint16_t port, std::uint32_t) override {
    epmd::alive_request what;
    what.port = port;
    what.name = name;
    what.type = static_cast<std::uint8_t>(epmd::node_type::hidden);
    const reference ref = make_ref();
    this_node().spawn(keep_registered, what, options_, self(), ref);
    co_return co_await receive(on(match(ref, any<term>), [](term outcome) -> result<> {
      if (outcome.is("ok"_atom)) return {};
      return fail(std::move(outcome));
    }));
  }

  task<result<node_address>> find(std::string_view name, std::string_view host) override {
    const auto found = co_await epmd::port_please(inet::host{host}, std::string{name}, options_.port);
    if (!found) co_return std::unexpected(found.error());
    if (epmd::best_version(found->lowest, found->highest) == 0) co_return fail("version_mismatch"_atom);
    co_return node_address{inet::host{host}, found->port};
  }

private:
  epmd_options options_;
};

} // namespace

std::shared_ptr<directory> epmd_directory(epmd_options options) { return std::make_shared<epmd_names>(options); }

} // namespace agner::dist
