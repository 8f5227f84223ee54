// SPDX-License-Identifier: Apache-2.0

#include "refusal.hpp"

#include <utility>

#include <agner/runtime/struct_mapping.hpp>
#include <agner/runtime/term_text.hpp>

#include "screen.hpp"

namespace word_count {

using namespace agner;

namespace {

/// {Kind, Text}: what a reason says, or what it holds.
struct explained {
  atom kind;
  std::string text;
};
/// {tls_alert, {Name, Text}}
struct tls_alert {
  static constexpr auto tag = "tls_alert"_atom;
  explained alert;
};

} // namespace

std::optional<refusal> read_refusal(std::string_view logged) {
  if (logged.find("onnection attempt ") == std::string_view::npos) return std::nullopt;
  for (const std::string_view before : {" rejected: ", " failed: "}) {
    const std::size_t at = logged.find(before);
    if (at == std::string_view::npos) continue;
    const std::string_view text = logged.substr(at + before.size());
    const auto reason = parse_term(text);
    if (!reason) return refusal{.kind = "other", .why = one_line(text)};
    if (const auto alert = from_term<tls_alert>(*reason))
      return refusal{std::string{alert->alert.kind.name()}, one_line(alert->alert.text)};
    if (const auto said = from_term<explained>(*reason))
      return refusal{std::string{said->kind.name()}, one_line(said->text)};
    return refusal{.kind = one_line(text), .why = ""};
  }
  return std::nullopt;
}

void refusals::add(refusal one) {
  const std::lock_guard lock{mutex_};
  all_.push_back(std::move(one));
  more_.notify_all();
}

std::vector<refusal> refusals::wait_for(std::size_t count, std::chrono::seconds time) {
  std::unique_lock lock{mutex_};
  more_.wait_for(lock, time, [&] { return all_.size() >= count; });
  return all_;
}

} // namespace word_count
