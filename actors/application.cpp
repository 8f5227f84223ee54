// SPDX-License-Identifier: Apache-2.0

#include "application.hpp"

#include <map>
#include <mutex>

#include "../runtime/term_builders.hpp"
#include "send.hpp"

namespace agner {
namespace {

using name_pair = std::pair<std::string, std::string>;

struct environment {
  explicit environment(node&) noexcept {}

  std::mutex mutex; // guards what follows
  /// By application and key.
  std::map<name_pair, term> values;
  std::vector<init::flag> flags;
};

environment& of_node(node& on) { return on.service<environment>(); }

name_pair names(atom of, atom key) { return {std::string(of.name()), std::string(key.name())}; }

term strings(const std::vector<std::string>& of) {
  std::vector<term> made;
  made.reserve(of.size());
  for (const auto& one : of)
    made.push_back(string(one));
  return list_of(std::move(made));
}

} // namespace

namespace application {

std::optional<term> get_env(node& on, atom of, atom key) {
  auto& all = of_node(on);
  const std::scoped_lock lock{all.mutex};
  const auto found = all.values.find(names(of, key));
  return found == all.values.end() ? std::nullopt : std::optional{found->second};
}

void set_env(node& on, atom of, atom key, term value) {
  auto& all = of_node(on);
  const std::scoped_lock lock{all.mutex};
  all.values.insert_or_assign(names(of, key), std::move(value));
}

void unset_env(node& on, atom of, atom key) {
  auto& all = of_node(on);
  const std::scoped_lock lock{all.mutex};
  all.values.erase(names(of, key));
}

term get_all_env(node& on, atom of) {
  auto& all = of_node(on);
  const std::scoped_lock lock{all.mutex};
  std::vector<term> made;
  for (const auto& [named, value] : all.values)
    if (named.first == of.name()) made.push_back(tuple(atom{named.second}, value));
  return list_of(std::move(made));
}

std::optional<term> get_env(atom of, atom key) { return get_env(this_node(), of, key); }
void set_env(atom of, atom key, term value) { set_env(this_node(), of, key, std::move(value)); }
void unset_env(atom of, atom key) { unset_env(this_node(), of, key); }
term get_all_env(atom of) { return get_all_env(this_node(), of); }

} // namespace application

namespace init {

term get_arguments(node& on) {
  auto& all = of_node(on);
  const std::scoped_lock lock{all.mutex};
  std::vector<term> made;
  for (const auto& [name, values] : all.flags)
    made.push_back(tuple(atom{name}, strings(values)));
  return list_of(std::move(made));
}

std::optional<term> get_argument(node& on, atom name) {
  auto& all = of_node(on);
  const std::scoped_lock lock{all.mutex};
  std::vector<term> made;
  for (const auto& [flag, values] : all.flags)
    if (name.name() == flag) made.push_back(strings(values));
  return made.empty() ? std::nullopt : std::optional{list_of(std::move(made))};
}

void set_arguments(node& on, std::vector<flag> to) {
  auto& all = of_node(on);
  const std::scoped_lock lock{all.mutex};
  all.flags = std::move(to);
}

term get_arguments() { return get_arguments(this_node()); }
std::optional<term> get_argument(atom name) { return get_argument(this_node(), name); }

} // namespace init
} // namespace agner
