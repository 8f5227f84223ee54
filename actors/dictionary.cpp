// SPDX-License-Identifier: Apache-2.0

#include "dictionary.hpp"

#include "../runtime/process_core.hpp"

namespace agner::dictionary {

using internal::current_process;

term put(const term& key, term value) { return current_process().put(key, std::move(value)); }
term get(const term& key) { return current_process().get(key); }
std::vector<std::pair<term, term>> get() { return current_process().dictionary(); }

std::vector<term> get_keys() {
  std::vector<term> all;
  for (auto& [key, value] : get())
    all.push_back(std::move(key));
  return all;
}

std::vector<term> get_keys(const term& value) {
  std::vector<term> all;
  for (auto& [key, held] : get())
    if (held == value) all.push_back(std::move(key));
  return all;
}

term erase(const term& key) { return current_process().erase(key); }

std::vector<std::pair<term, term>> erase() {
  auto all = get();
  current_process().erase_all();
  return all;
}

} // namespace agner::dictionary
