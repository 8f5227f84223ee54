// SPDX-License-Identifier: Apache-2.0

#include "child_spec_store.hpp"

#include "../../runtime/term_builders.hpp"

namespace agner::internal {

term child_spec_store::deposit(supervisor::child_spec spec) {
  const std::lock_guard lock{mutex_};
  kept_.emplace(++last_, std::move(spec));
  return tuple("$agner_child_spec"_atom, last_);
}

std::optional<supervisor::child_spec> child_spec_store::redeem(const term& ticket) {
  if (!ticket.is_tagged("$agner_child_spec"_atom, 2)) return std::nullopt;
  const auto number = ticket[1].to_uint64();
  if (!number) return std::nullopt;
  const std::lock_guard lock{mutex_};
  const auto at = kept_.find(*number);
  if (at == kept_.end()) return std::nullopt;
  std::optional found{std::move(at->second)};
  kept_.erase(at);
  return found;
}

} // namespace agner::internal
