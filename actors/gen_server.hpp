// SPDX-License-Identifier: Apache-2.0
// gen_server: a process that holds state and answers calls, as a C++ class; any gen_server, agner's or Erlang's, here or on another node, as seen by its clients.
// All functions are for processes. Mechanism, and how to write a server: docs/gen_server.md.

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "gen.hpp"
#include "gen_server_callbacks.hpp"
#include "proc_lib.hpp"
#include "send.hpp"
#include "spawn.hpp"
#include "task.hpp"

namespace agner::gen_server {

using gen::default_timeout;
using gen::from;
using gen::request_id;

/// What handle_info gets when the time given with outcome::timeout is up.
struct timeout {
  static constexpr auto tag = "timeout"_atom;
};

// -- starting -------------------------------------------------------------------------------------------------------------------------------

struct start_options {
  /// Registered before init runs.
  std::optional<atom> name = std::nullopt;
  /// How long init may take; the server is then killed.
  std::chrono::milliseconds init_timeout = infinity;
};

/// {local, Name}. @erlang {local, Name}
inline start_options local(atom name) { return {.name = name}; }

} // namespace agner::gen_server

namespace agner::internal {

task<result<pid>> start_server(start_kind how, gen_server::start_options options, behaviour_ptr server);
task<result<monitored_process>> start_monitored_server(gen_server::start_options options, behaviour_ptr server);

template <class Server, class... Arguments>
behaviour_ptr make_callbacks(Arguments&&... arguments) {
  static_assert(std::is_class_v<Server>, "agner: a gen_server is a class with handle_call, handle_cast or handle_info");
  return behaviour_ptr{new callbacks_of<Server, std::decay_t<Arguments>...>(std::forward<Arguments>(arguments)...)};
}

} // namespace agner::internal

namespace agner::gen_server {

/// Starts a server: a new process makes a `Server(arguments...)`, calls its init() if it has one, and then handles messages. Waits until init is done.
///
/// @param options    name and time for init
/// @param arguments  moved or copied into the new process
/// @returns  the pid
/// @errors   {already_started, Pid}  the name is taken; ignore  init said so; timeout  init took too long;
///           what init gave or raised; {Reason, Stack} for errors and C++ exceptions of constructor or init
/// @context  a process
/// @erlang   gen_server:start/3,4
/// @source   OTP 25 gen.erl start, gen_server.erl init_it
template <class Server, class... Arguments>
task<result<pid>> start(start_options options, Arguments&&... arguments) {
  return agner::internal::start_server(agner::internal::start_kind::none, options,
                                       agner::internal::make_callbacks<Server>(std::forward<Arguments>(arguments)...));
}
template <class Server, class... Arguments>
task<result<pid>> start(Arguments&&... arguments) {
  return start<Server>(start_options{}, std::forward<Arguments>(arguments)...);
}

/// As start, and links the server with the caller, which is its parent: where the server traps exits, it ends with its parent, after terminate.
/// A caller that does not trap exits ends with a server that fails to start.
/// @erlang gen_server:start_link/3,4
template <class Server, class... Arguments>
task<result<pid>> start_link(start_options options, Arguments&&... arguments) {
  return agner::internal::start_server(agner::internal::start_kind::link, options,
                                       agner::internal::make_callbacks<Server>(std::forward<Arguments>(arguments)...));
}
template <class Server, class... Arguments>
task<result<pid>> start_link(Arguments&&... arguments) {
  return start_link<Server>(start_options{}, std::forward<Arguments>(arguments)...);
}

/// As start, and monitors the server.
/// @erlang gen_server:start_monitor/3,4
template <class Server, class... Arguments>
task<result<monitored_process>> start_monitor(start_options options, Arguments&&... arguments) {
  return agner::internal::start_monitored_server(
      options, agner::internal::make_callbacks<Server>(std::forward<Arguments>(arguments)...));
}
template <class Server, class... Arguments>
task<result<monitored_process>> start_monitor(Arguments&&... arguments) {
  return start_monitor<Server>(start_options{}, std::forward<Arguments>(arguments)...);
}

/// Tells a server to end with @p reason, after terminate, and waits until it has.
/// @errors raises exit `noproc`  there is none; `timeout`; the reason it ended with if another
/// @erlang gen_server:stop/1, stop/3
task<> stop(destination server, term reason = "normal"_atom, std::chrono::milliseconds timeout = infinity);

// -- requests -------------------------------------------------------------------------------------------------------------------------------

/// Sends a request and waits for the reply: `auto sum = co_await gen_server::call<std::int64_t>("counter"_atom, get{});`
///
/// @param server   a pid, a name, or {Name, Node}
/// @param request  a term or what maps to one
/// @param timeout  5 s unless given
/// @returns  an awaitable of the reply as a Reply (a term unless given; `void`: whatever it is). The request is sent when it is awaited.
/// @errors   raises exit {Reason, {gen_server, call, Arguments}}. Reason: `noproc`  there is no such process; `timeout`  no reply in time, and none comes later;
///           {nodedown, Node}  the node cannot be reached or was lost; `calling_self`; else why the server ended.
///           Raises `{badmatch, Reply}`  the reply is no Reply; `timeout_value`  @p timeout is negative
/// @context  a process
/// @erlang   gen_server:call/2, call/3
/// @source   OTP 25 gen.erl do_call
template <class Reply = term, class Request>
[[nodiscard]] auto call(destination server, Request&& request) {
  return agner::internal::call_operation<Reply>{"$gen_call"_atom, std::move(server),
                                                to_term(std::forward<Request>(request)), std::nullopt};
}
template <class Reply = term, class Request>
[[nodiscard]] auto call(destination server, Request&& request, std::chrono::milliseconds timeout) {
  return agner::internal::call_operation<Reply>{"$gen_call"_atom, std::move(server),
                                                to_term(std::forward<Request>(request)), timeout};
}

/// Sends a request that has no reply. Never fails.
/// @erlang gen_server:cast/2
template <class Request>
sent cast(const destination& server, Request&& request) {
  return send(server, tuple("$gen_cast"_atom, to_term(std::forward<Request>(request))));
}

/// Replies to a call that handle_call did not answer. Any process may; of several replies only the first arrives.
/// @context anywhere
/// @erlang  gen_server:reply/2
template <class Reply>
void reply(const from& client, Reply&& value) {
  agner::internal::send_reply(client.as_term(), to_term(std::forward<Reply>(value)));
}

/// Sends a request whose reply is fetched with receive_response, wait_response or check_response. Never fails: what is wrong is the response.
/// @erlang gen_server:send_request/2
template <class Request>
[[nodiscard]] request_id send_request(const destination& server, Request&& request) {
  return agner::internal::send_request("$gen_call"_atom, server, to_term(std::forward<Request>(request)));
}

/// Waits for the response to a request. When the time is up the request is abandoned: its reply never comes.
///
/// @returns  an awaitable: nothing if the time is up; else the reply as a Reply, or error {Reason, Server} if the server ended
/// @errors   raises as call for a reply that is no Reply
/// @context  the process that sent the request
/// @erlang   gen_server:receive_response/2
template <class Reply = term>
[[nodiscard]] auto receive_response(const request_id& id, std::chrono::milliseconds timeout) {
  using operation = agner::internal::response_operation<Reply>;
  return operation{id, timeout, operation::late::abandoned};
}

/// As receive_response, but one may wait again when the time is up.
/// @erlang gen_server:wait_response/2
template <class Reply = term>
[[nodiscard]] auto wait_response(const request_id& id, std::chrono::milliseconds timeout) {
  using operation = agner::internal::response_operation<Reply>;
  return operation{id, timeout, operation::late::kept};
}

/// Whether @p message, which a receive took, is the response to @p id, and which.
/// @returns  nothing if it is not
/// @erlang   gen_server:check_response/2
template <class Reply = term>
[[nodiscard]] std::optional<result<Reply>> check_response(const term& message, const request_id& id) {
  return agner::internal::response_as<Reply>(agner::internal::check_response(message, id));
}

} // namespace agner::gen_server
