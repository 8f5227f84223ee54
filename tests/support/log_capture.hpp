// SPDX-License-Identifier: Apache-2.0
// Collects what is logged while it lives. Any thread may log.

#pragma once

#include <mutex>
#include <string>
#include <vector>

#include <agner/runtime/log.hpp>

namespace agner::test {

class log_capture {
public:
  struct line {
    log::level severity;
    std::string text;
    pid origin;
    std::string kind;
  };

  log_capture() {
    log::add_handler("log_capture", [this](const log::event& what) {
      const std::lock_guard lock{mutex_};
      lines_.push_back({what.severity, std::string{what.text}, what.origin, std::string{what.kind}});
    });
  }
  ~log_capture() { log::remove_handler("log_capture"); }
  log_capture(const log_capture&) = delete;
  log_capture& operator=(const log_capture&) = delete;

  [[nodiscard]] std::vector<line> lines() const {
    const std::lock_guard lock{mutex_};
    return lines_;
  }

private:
  mutable std::mutex mutex_; // guards lines_
  std::vector<line> lines_;
};

} // namespace agner::test
