// SPDX-License-Identifier: Apache-2.0
// What a peer's frames do here: terms are decoded, checked, and become signals of local processes. Used by the channel. Mechanism: docs/distribution.md, "Receiving".

#pragma once

#include <cstddef>
#include <span>

#include "../../runtime/signal.hpp"
#include "../../runtime/signal_options.hpp"
#include "../atom_limits.hpp"
#include "../control_message.hpp"
#include "../fragments.hpp"
#include "connection.hpp"

namespace agner::dist::internal {

class signal_delivery {
public:
  explicit signal_delivery(connection& at) : at_(at), node_(at.home()) {}

  /// Delivers what one frame carries, if it completes a message.
  /// @errors what is wrong with it; the connection is then of no more use
  result<> deliver(std::span<const std::byte> bytes);

private:
  result<> deliver_terms(std::span<const std::byte> body, external_term::version first, const term* source);

  result<> on(control::link& what);
  result<> on(control::unlink& what);
  result<> on(control::unlink_id& what);
  result<> on(control::unlink_id_ack& what);
  result<> on(control::send& what);
  result<> on(control::reg_send& what);
  result<> on(control::alias_send& what);
  result<> on(control::exit& what);
  result<> on(control::exit2& what);
  result<> on(control::monitor& what);
  result<> on(control::demonitor& what);
  result<> on(control::monitor_exit& what);
  result<> on(control::group_leader& what);
  result<> on(control::spawn_request& what);
  result<> on(control::spawn_reply& what);

  /// Pushes a signal to a local process, or answers for nobody.
  bool tell(const pid& to, agner::internal::signal_kind kind, const pid& from, term ref, term value,
            std::uint64_t number = 0);

  connection& at_;
  node& node_;
  fragment_assembler fragments_;
  atom_limits pays_;
  send_options how_; // of the signal that is being delivered
};

} // namespace agner::dist::internal
