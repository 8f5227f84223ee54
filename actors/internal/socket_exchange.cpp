// SPDX-License-Identifier: Apache-2.0

#include "socket_exchange.hpp"

#include <exception>
#include <utility>

#include "../../runtime/struct_mapping.hpp"
#include "socket_call.hpp"

namespace agner::internal {

void socket_exchange::open(const reference& ticket) {
  const std::lock_guard lock{mutex_};
  waiting_.try_emplace(ticket);
}

bool socket_exchange::deliver(const reference& ticket, stream&& what) {
  const std::lock_guard lock{mutex_};
  const auto at = waiting_.find(ticket);
  if (at == waiting_.end() || at->second) return false;
  at->second.emplace(std::move(what));
  return true;
}

std::optional<stream> socket_exchange::withdraw(const reference& ticket) noexcept {
  const std::lock_guard lock{mutex_};
  const auto at = waiting_.find(ticket);
  if (at == waiting_.end()) return std::nullopt;
  auto delivered = std::move(at->second);
  waiting_.erase(at);
  return delivered;
}

socket_ticket::socket_ticket(node& on, const pid& giver, reference name)
    : node_(on), giver_(giver), name_(std::move(name)) {
  node_.service<socket_exchange>().open(name_);
}

std::optional<stream> socket_ticket::take() noexcept {
  if (!std::exchange(open_, false)) return std::nullopt;
  return node_.service<socket_exchange>().withdraw(name_);
}

socket_ticket::~socket_ticket() {
  if (!open_ || take()) return;
  try {
    node_.send(giver_, to_term(socket_cancel{name_}));
  } catch (const std::exception&) { // no memory: the giver finds out when it delivers
  }
}

} // namespace agner::internal
