// SPDX-License-Identifier: Apache-2.0

#include "reception.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "../../runtime/term_builders.hpp"

namespace agner::ssl::internal {
namespace {

using kind = inet::active_option::kind;

bool is_used_up(inet::active_option of) noexcept { return of.what() == kind::counted && of.count() <= 0; }

} // namespace

bool reception::wants_bytes() const noexcept {
  return !spoilt_ && (is_active() || anybody_waits() || decoder_.empty());
}

std::optional<delivery> reception::next() {
  if (spoilt_ || !(is_active() || anybody_waits())) return std::nullopt;
  const bool exact = !is_active() && how_.packet == 0 && waiters_.front().length != 0;
  auto found = exact ? result<std::optional<term>>{decoder_.take(waiters_.front().length)} : decoder_.next();
  if (!found) {
    spoilt_ = true;
    return std::nullopt;
  }
  if (!*found) return std::nullopt;
  delivery made{.to = is_active() ? std::nullopt : take_waiter(), .data = as_data(**std::move(found))};
  if (!made.to) made.turned_passive = count_delivery();
  return made;
}

/// One message went to the controlling process. True: it was the last of a count.
bool reception::count_delivery() noexcept {
  auto& active = how_.active;
  if (active.what() == kind::counted) active = active.count() - 1;
  const bool last = is_used_up(active);
  if (last || active.what() == kind::once) active = false;
  return last;
}

term reception::as_data(term bytes) const {
  if (how_.mode == inet::mode::binary) return bytes;
  std::vector<term> elements;
  elements.reserve(bytes.bytes().size());
  for (const std::byte each : bytes.bytes())
    elements.emplace_back(std::to_integer<int>(each));
  return list_of(std::move(elements));
}

std::optional<recv_waiter> reception::take_waiter() {
  if (waiters_.empty()) return std::nullopt;
  auto first = std::move(waiters_.front());
  waiters_.pop_front();
  return first;
}

std::optional<recv_waiter> reception::take_waiter(const reference& timer) {
  const auto found = std::ranges::find(waiters_, timer, &recv_waiter::timer);
  if (found == waiters_.end()) return std::nullopt;
  auto late = std::move(*found);
  waiters_.erase(found);
  return late;
}

// -- options ------------------------------------------------------------------------------------------------------------------------

result<bool> reception::change(stream_settings to, bool active_given) {
  if (!active_given) {
    to.active = how_.active;
  } else if (to.active.what() == kind::counted && how_.active.what() == kind::counted) {
    using limits = std::numeric_limits<std::int16_t>;
    const int sum = to.active.count() + how_.active.count();
    if (sum > limits::max() || sum < limits::min()) return fail("einval"_atom);
    to.active = sum;
  }
  const bool passive = is_used_up(to.active);
  adopt(to);
  return active_given && passive;
}

void reception::adopt(const stream_settings& how) noexcept {
  how_ = how;
  if (is_used_up(how_.active)) how_.active = false;
  decoder_.set_type(static_cast<packet_type>(how.packet));
  decoder_.set_size_max(how.packet_size);
}

} // namespace agner::ssl::internal
