// SPDX-License-Identifier: Apache-2.0
// Questions to the process of a socket: {'$inet_call', {From, Ref}, What}, answered with {Ref, Answer} to the alias Ref. Both sides are on one node and of one version.

#pragma once

#include <chrono>

#include "../../runtime/reference.hpp"
#include "../../runtime/struct_mapping.hpp"
#include "../gen_tcp_stream.hpp"
#include "../task.hpp"

namespace agner::internal {

struct socket_caller {
  pid from;
  reference ref;
};

struct socket_request {
  static constexpr auto tag = "$inet_call"_atom;
  socket_caller by;
  term what;
};

/// Who asked @p ref waits no longer.
struct socket_cancel {
  static constexpr auto tag = "$inet_cancel"_atom;
  reference ref;
};

/// Answers. Vanishes if the caller waits no longer.
void reply(const socket_caller& to, const term& answer);

/// Asks and waits. @p if_gone is the answer where the process is not there, not local, or ends before it answers.
task<term> call_socket(pid process, term what, term if_gone);
/// The same for `ok | {error, Reason}`; a process that is gone answers {error, @p if_gone}.
task<result<>> command_socket(pid process, term what, atom if_gone);

/// Asks for a descriptor. The answer `ok` means that it was delivered under the caller's ref.
/// @errors those of the answer; `closed`  the process is gone; `timeout`
task<result<gen_tcp::internal::stream>> call_for_stream(pid process, term what, std::chrono::milliseconds timeout);
/// What the other side does: true if somebody takes @p what, who is then told.
bool hand_over(const socket_caller& to, gen_tcp::internal::stream&& what);

/// {error, Reason}
[[nodiscard]] term failed(term reason);

} // namespace agner::internal
