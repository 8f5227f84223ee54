// SPDX-License-Identifier: Apache-2.0
// The contexts of a node, made once per distinct set of options and content of files. Any thread; making a context holds no lock.

#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "context.hpp"

namespace agner::ssl::internal {

class context_cache {
public:
  /// The context for @p of: one made earlier if its files are unchanged since, else a new one. Null where faults were added to @p faults.
  std::shared_ptr<const context> find_or_make(const context_settings& of, option_faults& faults);

  /// Forgets every context; connections keep those they have.
  void clear();

  [[nodiscard]] std::size_t size() const;

private:
  struct entry {
    std::string key;
    std::shared_ptr<const context> made;
  };

  std::shared_ptr<const context> find(const std::string& key);
  void keep(std::string key, std::shared_ptr<const context> made);

  mutable std::mutex mutex_; // guards entries_
  std::list<entry> entries_; // last used first, contexts_max at most
};

} // namespace agner::ssl::internal
