// SPDX-License-Identifier: Apache-2.0
// Who counts which file: what is still to be handed out, who holds what, who counted how much. It decides and sends nothing. Used by the coordinator.

#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "messages.hpp"

namespace word_count {

class ledger {
public:
  struct handout {
    pid to;
    std::string file;
  };

  explicit ledger(const std::vector<std::string>& files);

  void add_worker(const pid& worker, atom node);
  /// The next file for the next idle worker; nothing while there is none of either.
  std::optional<handout> hand_out();
  /// False if @p by does not hold @p file, or is not relied on any more.
  bool counted(const pid& by, const std::string& file, std::int64_t words);
  /// The workers of @p node get nothing more, and what they still say does not count: what they hold goes to others when they are lost.
  void rely_no_more_on(atom node);
  /// Forgets a worker; what it held is handed out next. @returns that file
  std::optional<std::string> lost(const pid& worker);

  [[nodiscard]] bool holds_files(atom node) const;
  [[nodiscard]] bool has_workers() const noexcept { return !workers_.empty(); }
  /// How many times a file was handed out.
  [[nodiscard]] std::size_t handed_out() const noexcept { return handed_out_; }
  [[nodiscard]] std::size_t files_counted() const noexcept { return files_counted_; }
  [[nodiscard]] std::size_t files() const noexcept { return files_; }
  [[nodiscard]] bool is_done() const noexcept { return files_counted_ == files_; }
  [[nodiscard]] std::int64_t words() const noexcept;
  [[nodiscard]] const std::vector<share>& shares() const noexcept { return shares_; }

private:
  struct worker {
    pid who;
    atom node;
    std::optional<std::string> holds;
    bool relied_on = true;
  };
  worker* find(const pid& who);
  share& share_of(atom node);

  std::deque<std::string> waiting_;
  std::vector<worker> workers_; // the one that was handed a file last is at the end
  std::vector<share> shares_;
  std::size_t files_;
  std::size_t handed_out_ = 0;
  std::size_t files_counted_ = 0;
};

} // namespace word_count
