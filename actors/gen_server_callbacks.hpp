// SPDX-License-Identifier: Apache-2.0
// A C++ class as the callbacks of a gen_server: calling the overload that takes a message, and what its value means. Programs include gen_server.hpp.
// Used by the server's process only.

#pragma once

#include <memory>
#include <new>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../runtime/atom.hpp"
#include "../runtime/error.hpp"
#include "../runtime/process_core.hpp"
#include "../runtime/struct_mapping.hpp"
#include "clause.hpp"
#include "gen.hpp"
#include "gen_server_outcome.hpp"
#include "gen_server_overloads.hpp"
#include "task.hpp"

namespace agner {

namespace internal {

/// What calling a callback gave: what comes next, or a coroutine that will say.
struct callback_step {
  gen_server::outcome now{gen_server::outcome::kind::unhandled};
  task<gen_server::outcome> later;
};

/// A server's callbacks, as its loop sees them.
class behaviour {
public:
  /// What the destructor of a server or argument throws, if that is declared so, is reported.
  virtual ~behaviour() noexcept(false) = default;
  /// The name of the class, as Erlang's reports name the callback module.
  [[nodiscard]] virtual atom module() const = 0;
  /// Makes the server and calls its init.
  virtual callback_step init() = 0;
  virtual callback_step handle_call(const term& request, const term& from) = 0;
  virtual callback_step handle_cast(const term& request) = 0;
  virtual callback_step handle_info(const term& message) = 0;
  virtual callback_step handle_continue(const term& value) = 0;
  /// Nothing if it is done when this returns.
  virtual task<> terminate(const term& reason) = 0;
  [[nodiscard]] virtual term state() const = 0;
  /// Which callbacks the class has at all: an atom of the four names.
  [[nodiscard]] virtual bool has(atom callback) const = 0;
};

/// Destroys a server in its process, or, where that could not be started, in the one that would have.
struct end_of_behaviour {
  void operator()(behaviour* ended) const noexcept {
    try {
      delete ended;
    } catch (...) {
      report_thrown_by_destructor();
    }
  }
};
using behaviour_ptr = std::unique_ptr<behaviour, end_of_behaviour>;

// -- the name of a class ----------------------------------------------------------------------------------------------------------------

/// The name of T without its namespaces.
template <class T>
consteval std::string_view plain_name() {
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_prefix(name.find("T = ") + 4);
  name = name.substr(0, name.find_first_of(";]"));
  const std::size_t arguments = name.find('<');
  const std::size_t last = name.substr(0, arguments).rfind("::");
  return last == std::string_view::npos ? name : name.substr(last + 2);
}

template <class Server>
atom module_of() {
  if constexpr (requires { Server::module; })
    return Server::module;
  else
    return atom{plain_name<Server>()};
}

// -- what a callback's value means ------------------------------------------------------------------------------------------------------------

/// What comes next after a callback that gave @p value; where it is for a caller, the value is the reply.
template <class Value>
gen_server::outcome outcome_of(Value&& value, const term* from) {
  if constexpr (std::is_same_v<std::remove_cvref_t<Value>, gen_server::outcome>) {
    return std::forward<Value>(value);
  } else {
    send_reply(*from, to_term(std::forward<Value>(value)));
    return gen_server::outcome::noreply();
  }
}

/// A callback that is a coroutine: its message stays here until it has ended.
template <class Callback, class Server, class Message, class... From>
task<gen_server::outcome> await_callback(Server& server, Message message, term from, From... who) {
  using value = awaited_t<decltype(Callback::invoke(server, std::move(message), who...))>;
  if constexpr (std::is_void_v<value>) {
    co_await Callback::invoke(server, std::move(message), who...);
    co_return gen_server::outcome::noreply();
  } else {
    co_return outcome_of(co_await Callback::invoke(server, std::move(message), who...), &from);
  }
}

template <class Callback, class Server, class Message, class... From>
callback_step call_callback_with(Server& server, Message message, const term* from, From... who) {
  using value = decltype(Callback::invoke(server, std::move(message), who...));
  static_assert(!std::is_same_v<Callback, call_callback> || !std::is_void_v<awaited_t<value>> || sizeof...(From) == 1,
                "agner: a handle_call that returns nothing replies later, so it takes who called as its second "
                "parameter: gen_server::from");
  static_assert(std::is_same_v<Callback, call_callback> || std::is_void_v<awaited_t<value>> ||
                    std::is_same_v<awaited_t<value>, gen_server::outcome>,
                "agner: only handle_call has somebody to reply to; other callbacks return nothing or an outcome");
  callback_step step;
  if constexpr (is_task<value>) {
    step.later =
        await_callback<Callback>(server, std::move(message), from != nullptr ? *from : term{}, std::move(who)...);
  } else if constexpr (std::is_void_v<value>) {
    Callback::invoke(server, std::move(message), std::move(who)...);
    step.now = gen_server::outcome::noreply();
  } else {
    step.now = outcome_of(Callback::invoke(server, std::move(message), std::move(who)...), from);
  }
  return step;
}

/// Calls the callback if @p message is a Message.
template <class Callback, class Message, class Server>
bool try_callback(Server& server, const term& message, const term* from, callback_step& step) {
  auto taken = from_term<Message>(message);
  if (!taken) return false;
  if constexpr (std::is_same_v<Callback, call_callback> &&
                requires { Callback::invoke(server, *std::move(taken), std::declval<gen::from>()); })
    step = call_callback_with<Callback>(server, *std::move(taken), from, gen::from{*from});
  else
    step = call_callback_with<Callback>(server, *std::move(taken), from);
  return true;
}

template <class Callback, class Server, class... Messages>
callback_step dispatch(Server& server, const term& message, const term* from, gen_server::messages<Messages...>) {
  callback_step step;
  (void)(try_callback<Callback, Messages>(server, message, from, step) || ...);
  return step;
}

// -- a class as behaviour ---------------------------------------------------------------------------------------------------------------------

/// What init said: nothing, `ok | {error, Reason}`, or an outcome.
template <class Value>
gen_server::outcome init_outcome(Value&& value) {
  if constexpr (std::is_same_v<std::remove_cvref_t<Value>, gen_server::outcome>) {
    return std::forward<Value>(value);
  } else {
    static_assert(std::is_same_v<std::remove_cvref_t<Value>, result<>>,
                  "agner: init returns nothing, a result<>, an outcome, or a task of one of these");
    return value ? gen_server::outcome::ok() : gen_server::outcome::stop(value.error().reason());
  }
}

template <class Server>
task<gen_server::outcome> await_init(Server& server) {
  if constexpr (std::is_void_v<awaited_t<decltype(server.init())>>) {
    co_await server.init();
    co_return gen_server::outcome::ok();
  } else {
    co_return init_outcome(co_await server.init());
  }
}

template <class Server, class... Arguments>
class callbacks_of final : public behaviour {
public:
  template <class... Given>
  explicit callbacks_of(Given&&... given) : arguments_(std::forward<Given>(given)...) {}
  ~callbacks_of() override {
    if (made_) server_.~Server();
  }
  callbacks_of(const callbacks_of&) = delete;
  callbacks_of& operator=(const callbacks_of&) = delete;

  [[nodiscard]] atom module() const override { return module_of<Server>(); }

  callback_step init() override {
    std::apply([this](Arguments&... each) { ::new (static_cast<void*>(&server_)) Server(std::move(each)...); },
               arguments_);
    made_ = true;
    callback_step step;
    if constexpr (!requires(Server& s) { s.init(); }) {
      step.now = gen_server::outcome::ok();
    } else if constexpr (is_task<decltype(server_.init())>) {
      step.later = await_init(server_);
    } else if constexpr (std::is_void_v<decltype(server_.init())>) {
      server_.init();
      step.now = gen_server::outcome::ok();
    } else {
      step.now = init_outcome(server_.init());
    }
    return step;
  }

  callback_step handle_call(const term& request, const term& from) override {
    return dispatch<call_callback>(server_, request, &from, messages_of<call_callback, Server>());
  }
  callback_step handle_cast(const term& request) override { return dispatch_without_caller<cast_callback>(request); }
  callback_step handle_info(const term& message) override { return dispatch_without_caller<info_callback>(message); }
  callback_step handle_continue(const term& value) override {
    return dispatch_without_caller<continue_callback>(value);
  }

  task<> terminate([[maybe_unused]] const term& reason) override {
    if constexpr (requires(Server& s) { s.terminate(reason); }) {
      if constexpr (is_task<decltype(server_.terminate(reason))>)
        return server_.terminate(reason);
      else
        server_.terminate(reason);
    }
    return {};
  }

  [[nodiscard]] term state() const override {
    if constexpr (requires(const Server& s) { s.state(); })
      return to_term(server_.state());
    else
      return "undefined"_atom;
  }

  [[nodiscard]] bool has(atom callback) const override {
    if (callback == "handle_call"_atom) return has_callback<call_callback, Server>;
    if (callback == "handle_cast"_atom) return has_callback<cast_callback, Server>;
    if (callback == "handle_info"_atom) return has_callback<info_callback, Server>;
    return has_callback<continue_callback, Server>;
  }

private:
  template <class Callback>
  callback_step dispatch_without_caller(const term& message) {
    return dispatch<Callback>(server_, message, nullptr, messages_of<Callback, Server>());
  }

  [[no_unique_address]] std::tuple<Arguments...> arguments_;
  // No std::optional: what the destructor of its value throws would end the program.
  union {
    Server server_;
  };
  bool made_ = false;
};

} // namespace internal

} // namespace agner
