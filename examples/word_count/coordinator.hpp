// SPDX-License-Identifier: Apache-2.0
// The gen_server that hands files to the workers of other nodes, kills one of these nodes in the middle, gives its work to the rest, and knows the total.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <agner/actors/gen_server.hpp>

#include "ledger.hpp"
#include "messages.hpp"

namespace word_count {

/// What the coordinator is to do.
struct plan {
  std::vector<std::string> files;
  /// Each has a foreman. The first is killed once a third of the files have been handed out and it holds some.
  std::vector<atom> nodes;
};

class coordinator {
public:
  using calls = gen_server::messages<total, files, compared, report>;
  using casts = gen_server::messages<counted, unreadable>;
  using infos = gen_server::messages<down, nodedown>;

  explicit coordinator(plan what);

  /// Connects to the nodes, hires their workers, and hands out the first files. @errors `{no_connection, Node}`; raises what a foreman's call does
  task<result<>> init();

  void handle_call(total, gen_server::from who);
  [[nodiscard]] std::vector<std::string> handle_call(files) const { return plan_.files; }
  atom handle_call(compared what);
  void handle_call(report, gen_server::from who);
  void handle_cast(const counted& what);
  void handle_cast(const unreadable& what);
  void handle_info(const down& what);
  void handle_info(const nodedown& what);

private:
  using clock = std::chrono::steady_clock;

  task<> hire_from(atom node);
  void hand_out();
  void kill_victim();
  void finish();
  void give_up(std::string fault);
  [[nodiscard]] bool is_over() const { return ledger_.is_done() || !fault_.empty(); }
  [[nodiscard]] result<std::int64_t> sum() const;
  [[nodiscard]] account report_now() const;

  plan plan_;
  ledger ledger_;
  std::vector<pid> victims_; // the workers of the node that is killed
  std::int64_t victim_os_pid_ = 0;
  bool killed_ = false;
  std::int64_t reassigned_ = 0;
  term loss_ = "undefined"_atom;
  std::string fault_;
  std::optional<std::int64_t> compared_;
  clock::time_point began_;
  clock::time_point ended_;
  std::optional<gen_server::from> asked_total_;
  std::optional<gen_server::from> asked_report_;
};

} // namespace word_count
