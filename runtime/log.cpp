// SPDX-License-Identifier: Apache-2.0

#include "log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <ctime>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "error.hpp"
#include "internal/utf8.hpp"
#include "io_lib.hpp"
#include "process_core.hpp"
#include "term_builders.hpp"

namespace agner::log {

namespace {

using std::chrono::system_clock;

struct named_handler {
  std::string name;
  handler call;
};
using handler_list = std::vector<std::shared_ptr<const named_handler>>;

/// Writes to standard error.
handler default_handler() {
  const auto logger = std::make_shared<spdlog::logger>("agner", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  return [logger](const event& what) { logger->info("{}", report(what)); };
}

/// The handlers of this OS process. A list is never changed, only replaced, so that it can be walked without the lock.
class handler_table {
public:
  handler_table()
      : list_(std::make_shared<handler_list>(
            handler_list{std::make_shared<named_handler>(named_handler{"default", default_handler()})})) {}

  [[nodiscard]] std::shared_ptr<const handler_list> all() const {
    const std::lock_guard lock{mutex_};
    return list_;
  }

  void add(std::string name, handler call) {
    const std::lock_guard lock{mutex_};
    if (find(name) != list_->end()) raise_error(tuple("already_exist"_atom, binary(name)));
    auto longer = std::make_shared<handler_list>(*list_);
    longer->push_back(std::make_shared<named_handler>(named_handler{std::move(name), std::move(call)}));
    list_ = std::move(longer);
  }

  bool remove(std::string_view name) {
    const std::lock_guard lock{mutex_};
    const auto at = find(name);
    if (at == list_->end()) return false;
    auto shorter = std::make_shared<handler_list>(*list_);
    shorter->erase(shorter->begin() + (at - list_->begin()));
    list_ = std::move(shorter);
    return true;
  }

private:
  [[nodiscard]] handler_list::const_iterator find(std::string_view name) const {
    return std::ranges::find_if(std::as_const(*list_), [&](const auto& each) { return each->name == name; });
  }

  mutable std::mutex mutex_; // guards list_
  std::shared_ptr<const handler_list> list_;
};

// Never destroyed: threads may log while the program ends.
handler_table& handlers() {
  static handler_table& the_table = *new handler_table;
  return the_table;
}

std::atomic<level> least{level::notice};

constexpr std::array level_names{"EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"};

std::string text_of(std::string_view format, std::span<const term> arguments) {
  if (auto text = io_lib::format(format, arguments, event_bytes_max)) return *std::move(text);
  const std::array wrong{internal::count_code_points(format) ? string(format) : binary(format), list_of(arguments)};
  return *io_lib::format("FORMAT ERROR: ~tp - ~tp", wrong, event_bytes_max);
}

pid origin() noexcept {
  const internal::process_core* const here = internal::current_process_or_null();
  return here != nullptr ? here->self() : pid{};
}

void give(const event& what) {
  const auto list = handlers().all();
  for (const auto& each : *list) {
    try {
      each->call(what);
    } catch (...) {
      handlers().remove(each->name);
      fmt::print(stderr, "log: the handler {} threw an exception and was removed\n", each->name);
    }
  }
}

/// True while this thread is in a handler: read through a function that is not inlined, as thread_state is.
[[gnu::noinline]] bool& handling() noexcept {
  static thread_local bool on = false;
  return on;
}

} // namespace

void set_level(level l) noexcept { least.store(l, std::memory_order_relaxed); }
bool enabled(level severity) noexcept { return severity <= least.load(std::memory_order_relaxed); }

void add_handler(std::string name, handler what) { handlers().add(std::move(name), std::move(what)); }
bool remove_handler(std::string_view name) { return handlers().remove(name); }

void write(level severity, std::string_view format, std::initializer_list<term> arguments) noexcept {
  write_report({}, severity, format, arguments);
}

void write_report(std::string_view kind, level severity, std::string_view format,
                  std::initializer_list<term> arguments) noexcept {
  if (!enabled(severity) || handling()) return;
  handling() = true;
  try {
    const std::string text = text_of(format, arguments);
    give({severity, text, origin(), system_clock::now(), kind});
  } catch (...) { // NOLINT(bugprone-empty-catch): out of memory, and nobody to tell
  }
  handling() = false;
}

std::string report(const event& what) {
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto second = std::chrono::floor<std::chrono::seconds>(what.time);
  const std::time_t seconds = system_clock::to_time_t(second);
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("={} REPORT==== {}-{}-{}::{:02}:{:02}:{:02}.{:06} ===\n{}",
                     what.kind.empty() ? level_names.at(static_cast<std::size_t>(what.severity)) : what.kind,
                     local.tm_mday, months.at(static_cast<std::size_t>(local.tm_mon)), local.tm_year + 1900,
                     local.tm_hour, local.tm_min, local.tm_sec,
                     std::chrono::duration_cast<std::chrono::microseconds>(what.time - second).count(), what.text);
}

} // namespace agner::log
