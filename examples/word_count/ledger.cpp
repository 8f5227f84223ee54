// SPDX-License-Identifier: Apache-2.0

#include "ledger.hpp"

#include <algorithm>
#include <utility>

namespace word_count {

ledger::ledger(const std::vector<std::string>& files) : waiting_(files.begin(), files.end()), files_(files.size()) {}

ledger::worker* ledger::find(const pid& who) {
  const auto at = std::ranges::find(workers_, who, &worker::who);
  return at == workers_.end() ? nullptr : &*at;
}

share& ledger::share_of(atom node) {
  const auto at = std::ranges::find(shares_, node, &share::node);
  return at != shares_.end() ? *at : shares_.emplace_back(node, 0, 0);
}

void ledger::add_worker(const pid& worker, atom node) {
  workers_.push_back({worker, node, std::nullopt});
  share_of(node); // so that a node that counts nothing is listed too
}

std::optional<ledger::handout> ledger::hand_out() {
  const auto idle = std::ranges::find_if(workers_, [](const worker& w) { return w.relied_on && !w.holds; });
  if (waiting_.empty() || idle == workers_.end()) return std::nullopt;
  idle->holds = std::move(waiting_.front());
  waiting_.pop_front();
  ++handed_out_;
  handout made{idle->who, *idle->holds};
  std::rotate(idle, idle + 1, workers_.end());
  return made;
}

bool ledger::counted(const pid& by, const std::string& file, std::int64_t words) {
  worker* const who = find(by);
  if (who == nullptr || !who->relied_on || who->holds != file) return false;
  who->holds.reset();
  ++files_counted_;
  share& of = share_of(who->node);
  ++of.files;
  of.words += words;
  return true;
}

void ledger::rely_no_more_on(atom node) {
  for (worker& each : workers_)
    if (each.node == node) each.relied_on = false;
}

std::optional<std::string> ledger::lost(const pid& worker) {
  const auto at = std::ranges::find(workers_, worker, &worker::who);
  if (at == workers_.end()) return std::nullopt;
  auto held = std::move(at->holds);
  workers_.erase(at);
  if (held) waiting_.push_front(*held);
  return held;
}

bool ledger::holds_files(atom node) const {
  return std::ranges::any_of(workers_, [&](const worker& w) { return w.node == node && w.holds; });
}

std::int64_t ledger::words() const noexcept {
  std::int64_t sum = 0;
  for (const share& each : shares_)
    sum += each.words;
  return sum;
}

} // namespace word_count
