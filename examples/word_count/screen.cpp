// SPDX-License-Identifier: Apache-2.0

#include "screen.hpp"

#include <cstdio>
#include <utility>

#include <agner/runtime/log.hpp>

namespace word_count {

using agner::log::level;

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

std::shared_ptr<refusals> watch_log(std::string who) {
  auto kept_out = std::make_shared<refusals>();
  agner::log::set_level(level::info);
  agner::log::add_handler("screen", [who = std::move(who), kept_out](const agner::log::event& what) {
    auto refused = read_refusal(what.text);
    const std::string line = one_line(what.text);
    std::fprintf(stderr, "%-8s %s%s\n", who.c_str(), what.severity <= level::warning ? "! " : "", line.c_str());
    if (refused) kept_out->add(*std::move(refused));
  });
  agner::log::remove_handler("default");
  return kept_out;
}

} // namespace word_count
