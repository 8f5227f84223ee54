// SPDX-License-Identifier: Apache-2.0

#include "tcp_listener.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "../../runtime/readiness.hpp"
#include "../receive.hpp"
#include "../send.hpp"
#include "kernel_options.hpp"
#include "socket_call.hpp"
#include "socket_owner.hpp"

namespace agner::internal {

namespace {

class tcp_listener {
public:
  tcp_listener(stream_socket listening, inet::options options, const pid& owner)
      : socket_(std::move(listening)),
        readiness_(this_node().scheduler(), socket_.descriptor()),
        ready_(make_ref()),
        options_(std::move(options)),
        owner_(owner) {}

  task<> run() {
    while (open_)
      co_await receive([this](const socket_request& request) { answer(request); },
                       [this](const socket_cancel& cancel) { forget(cancel.ref); },
                       on(match("$ready"_atom, ready_),
                          [this] {
                            asked_ = false;
                            serve();
                          }),
                       on(match("DOWN"_atom, any<reference>, _, _, _),
                          [this](const reference& ref) { open_ = open_ && !owner_.is_gone(ref); }),
                       [](const term&) {});
  }

private:
  void answer(const socket_request& request) {
    const term& what = request.what;
    if (what.is("accept"_atom)) {
      waiting_.push_back(request.by);
      return serve();
    }
    if (what.is("close"_atom)) return close(request.by);
    if (what.is("sockname"_atom)) return reply(request.by, to_term(socket_.sockname()));
    if (what.is("getopts"_atom)) return reply(request.by, get_options());
    if (what.is_tagged("setopts"_atom, 2)) return reply(request.by, to_term(set_options(what[1])));
    if (what.is_tagged("hold"_atom, 2)) return reply(request.by, to_term(owner_.may_become(request.by.from, what[1])));
    if (what.is_tagged("give"_atom, 2)) return reply(request.by, to_term(give(request.by.from, what[1])));
    if (what.is("detach"_atom)) return reply(request.by, failed("einval"_atom));
    reply(request.by, failed("enotconn"_atom));
  }

  // Gives connections to those who wait, and asks to be told of the next one only while somebody does.
  void serve() {
    while (!waiting_.empty()) {
      auto next = socket_.accept();
      if (!next) {
        reply(waiting_.front(), failed(next.error().reason()));
        waiting_.pop_front();
      } else if (!*next) {
        if (!std::exchange(asked_, true))
          readiness_.notify(readiness::direction::input, self(), tuple("$ready"_atom, ready_));
        return;
      } else {
        give_away({.socket = std::move(**next), .unread = {}, .options = options_});
      }
    }
  }

  void give_away(gen_tcp::internal::stream connection) {
    while (!waiting_.empty()) {
      const socket_caller to = std::move(waiting_.front());
      waiting_.pop_front();
      if (hand_over(to, std::move(connection))) return;
    }
  }

  void forget(const reference& ref) {
    std::erase_if(waiting_, [&ref](const socket_caller& each) { return each.ref == ref; });
  }

  // Those who wait learn from the end of this process that it is closed.
  void close(const socket_caller& by) {
    open_ = false;
    closer_.emplace(by);
  }

  result<> give(const pid& by, const term& to) {
    const auto may = owner_.may_become(by, to);
    if (!may) return fail(may.error().reason());
    if (*may) owner_.become(to.as_pid());
    return {};
  }

  result<> set_options(const term& list) {
    auto changes = inet::options::from_list(list);
    if (!changes) return fail(changes.error().reason());
    if (auto done = set_kernel_options(socket_, *changes); !done) return done;
    options_ = options_.with(*changes);
    return {};
  }

  [[nodiscard]] term get_options() const {
    inet::options all = options_;
    get_kernel_options(socket_, all);
    return tuple("ok"_atom, all.to_list());
  }

  stream_socket socket_;
  readiness readiness_; // goes before the descriptor is closed
  reference ready_;
  inet::options options_;
  socket_owner owner_;
  std::deque<socket_caller> waiting_;
  bool asked_ = false;
  bool open_ = true;

public:
  std::optional<socket_caller> closer_;
};

} // namespace

task<> run_tcp_listener(stream_socket& listening, inet::options& options, pid owner) {
  std::optional<socket_caller> closer;
  {
    tcp_listener listener{std::move(listening), std::move(options), owner};
    co_await listener.run();
    closer = std::move(listener.closer_);
  }
  // The descriptor is closed now: whoever closed may listen at the port again.
  if (closer) reply(*closer, "ok"_atom);
}

} // namespace agner::internal
