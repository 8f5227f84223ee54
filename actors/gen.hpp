// SPDX-License-Identifier: Apache-2.0
// Calls and replies: what gen_server, supervisor and sys have in common. Programs use those. All in the calling process. Mechanism: docs/gen_server.md.

#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "../runtime/error.hpp"
#include "../runtime/process_core.hpp"
#include "../runtime/reference.hpp"
#include "../runtime/struct_mapping.hpp"
#include "receive.hpp"
#include "send.hpp"

namespace agner {

namespace gen {

/// Who waits for a reply: {Pid, Tag}. The tag is the caller's business.
class from {
public:
  /// @errors raises `badarg`  @p of is not {Pid, Tag}
  explicit from(term of);
  [[nodiscard]] const term& as_term() const noexcept { return term_; }
  /// The process that called.
  [[nodiscard]] pid process() const { return term_[0].as_pid(); }
  friend bool operator==(const from&, const from&) noexcept = default;

private:
  term term_;
};

/// A request that was sent and whose reply is fetched later.
class request_id {
public:
  request_id(reference ref, receive_marker since) noexcept : ref_(std::move(ref)), since_(since) {}
  [[nodiscard]] const reference& ref() const noexcept { return ref_; }
  [[nodiscard]] receive_marker since() const noexcept { return since_; }

private:
  reference ref_;
  receive_marker since_;
};

/// How long a call waits unless told otherwise.
inline constexpr std::chrono::milliseconds default_timeout{5000};

} // namespace gen

template <>
struct term_traits<gen::from> {
  static term to(const gen::from& of) { return of.as_term(); }
  static std::optional<gen::from> from(const term& of) {
    if (!shape.may_be(of) || !of[0].is_pid()) return std::nullopt;
    return gen::from{of};
  }
  static constexpr message_form shape{message_form::kind::tuple, 2, nullptr};
};

namespace internal {

/// Sends @p reply to whoever @p from, {Pid, Tag}, names: to the alias in the tag where there is one, else to the pid.
void send_reply(const term& from, term reply);

/// Waits for the reply to one request, or for the end of who should give it.
class response_wait : public waiter {
public:
  response_wait(const response_wait&) = delete;
  response_wait& operator=(const response_wait&) = delete;

  bool poll(process_core& self) override;
  bool take_reply(const term& alias, term& reply) override;

protected:
  /// What came of it.
  enum class response_kind : std::uint8_t { none, reply, down, timeout };
  /// What happens to a request whose time is up.
  enum class late : std::uint8_t { abandoned, kept };

  /// @errors raises `timeout_value`  @p timeout is negative
  response_wait(std::chrono::milliseconds timeout, late when_late);
  ~response_wait() = default;

  void expect(reference ref, const receive_marker& since, process_core& self);
  void fail(term reason) noexcept;
  /// Looks at what came. True: it is decided.
  bool scan(process_core& self);
  void suspend(process_core& self, std::coroutine_handle<> awaiting);
  /// After a reply: the monitor goes, and no DOWN of it stays behind.
  void conclude(process_core& self);

  [[nodiscard]] response_kind what() const noexcept { return what_; }
  /// The reply, or why there is none.
  [[nodiscard]] const term& value() const noexcept { return value_; }
  /// What DOWN named.
  [[nodiscard]] const term& object() const noexcept { return object_; }
  /// [alias | Ref]
  [[nodiscard]] const term& tag() const noexcept { return tag_; }
  [[nodiscard]] const reference& ref() const noexcept { return ref_; }

private:
  response_kind what_ = response_kind::none;
  late late_;
  bool settled_ = false; // the reply came in time, and the monitor is gone
  term value_;
  term object_;
  reference ref_;
  term tag_;
  std::size_t next_ = 0;
  std::chrono::milliseconds timeout_;
};

/// A call that is sent when it is awaited.
class call_wait : public response_wait {
public:
  bool await_ready();
  void await_suspend(std::coroutine_handle<> awaiting);

protected:
  call_wait(atom label, destination to, term request, std::optional<std::chrono::milliseconds> timeout);
  ~call_wait() = default;

  /// The reply, or raises what became of the call.
  term finish();

private:
  void begin(process_core& self);
  [[nodiscard]] term resolve(process_core& self);
  [[nodiscard]] atom server_node() const;
  [[nodiscard]] term call_term() const;

  atom label_;
  term to_;
  term request_;
  std::optional<std::chrono::milliseconds> timeout_given_;
};

[[noreturn]] void raise_bad_reply(const term& reply);

/// A call whose reply is an R; `void`: whatever it is.
template <class R>
class [[nodiscard]] call_operation final : public call_wait {
public:
  call_operation(atom label, destination to, term request, std::optional<std::chrono::milliseconds> timeout)
      : call_wait(label, std::move(to), std::move(request), timeout) {}

  R await_resume() {
    term reply = finish();
    if constexpr (std::is_same_v<R, term>) {
      return reply;
    } else if constexpr (!std::is_void_v<R>) {
      auto value = from_term<R>(reply);
      if (!value) raise_bad_reply(reply);
      return *std::move(value);
    }
  }
};

/// What became of a request: nothing when the time is up.
using response = std::optional<result<term>>;

/// The wait for the reply to a request that was sent before.
class request_wait : public response_wait {
public:
  bool await_ready();
  void await_suspend(std::coroutine_handle<> awaiting);

protected:
  request_wait(gen::request_id id, std::chrono::milliseconds timeout, late when_late);
  ~request_wait() = default;

  response finish();

private:
  gen::request_id id_;
};

template <class R>
std::optional<result<R>> response_as(response from) {
  if (!from) return std::nullopt;
  if (!*from) return std::optional<result<R>>{std::in_place, std::unexpect, from->error()};
  auto value = from_term<R>(**from);
  if (!value) raise_bad_reply(**from);
  return std::optional<result<R>>{std::in_place, *std::move(value)};
}

template <class R>
class [[nodiscard]] response_operation final : public request_wait {
public:
  using response_wait::late;
  response_operation(gen::request_id id, std::chrono::milliseconds timeout, late when_late)
      : request_wait(std::move(id), timeout, when_late) {}
  std::optional<result<R>> await_resume() { return response_as<R>(finish()); }
};

gen::request_id send_request(atom label, const destination& to, term request);
response check_response(const term& message, const gen::request_id& id);

} // namespace internal

} // namespace agner
