// SPDX-License-Identifier: Apache-2.0
// The handle of a TCP socket: a value that names the process that holds the connection. Any thread.

#pragma once

#include <optional>

#include "../runtime/identifiers.hpp"
#include "../runtime/struct_mapping.hpp"

namespace agner::gen_tcp {

/// A socket, connected or listening; as a term {'$inet', gen_tcp, Pid}. It means something on its own node only, like a port of Erlang.
class socket {
public:
  /// No socket: what is asked of it answers as a closed one does.
  socket() noexcept = default;
  explicit socket(const pid& process) noexcept : process_(process) {}
  /// The process that holds the connection. It is linked with nobody; monitor it to learn of its end.
  [[nodiscard]] const pid& process() const noexcept { return process_; }
  friend bool operator==(const socket&, const socket&) noexcept = default;

private:
  pid process_;
};

} // namespace agner::gen_tcp

namespace agner {

template <>
struct term_traits<gen_tcp::socket> {
  static term to(const gen_tcp::socket& value);
  static std::optional<gen_tcp::socket> from(const term& from);
  static constexpr message_form shape{message_form::kind::tagged_tuple, 3, &atom_literal<"$inet">::value};
};

} // namespace agner
