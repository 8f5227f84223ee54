// SPDX-License-Identifier: Apache-2.0

#include "persistent_term.hpp"

#include <array>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>

#include "../runtime/error.hpp"
#include "../runtime/reasons.hpp"
#include "../runtime/term_builders.hpp"
#include "../runtime/term_order.hpp"
#include "../runtime/term_views.hpp"
#include "internal/reader_writer_lock.hpp"
#include "send.hpp"

namespace agner::persistent_term {

namespace {

using agner::internal::reader_writer_lock;
using agner::internal::thread_ordinal;

constexpr std::size_t places = 8;           // threads are spread over so many copies
constexpr std::size_t duplicated_max = 256; // elements of a value of which each copy has its own outermost node

/// Another term of the same value whose outermost node is its own: whoever takes it counts elsewhere.
term duplicate(const term& of) {
  if (of.is_tuple() && of.size() != 0 && of.size() <= duplicated_max) return tuple_of(of.elements());
  if (of.is_map() && of.size() != 0 && of.size() <= duplicated_max) {
    std::vector<std::pair<term, term>> pairs;
    for (const auto& [key, value] : of.as_map())
      pairs.emplace_back(key, value);
    return map_of(std::move(pairs));
  }
  if (of.is_binary() && !of.bytes().empty()) return binary_part(of, 0, of.bytes().size());
  if (of.is_cons()) return cons(of.head(), of.tail());
  return of;
}

/// One copy of all that is stored, and the lock that its readers share.
struct place {
  reader_writer_lock lock;
  std::unordered_map<term, term> terms; // guarded by lock; writers have all locks
};

class store {
public:
  explicit store(node&) {}

  [[nodiscard]] std::optional<term> get(const term& key) {
    place& mine = places_[thread_ordinal() % places];
    const std::shared_lock lock{mine.lock};
    const auto found = mine.terms.find(key);
    if (found == mine.terms.end()) return std::nullopt;
    return found->second;
  }

  [[nodiscard]] std::vector<std::pair<term, term>> all() {
    place& mine = places_[thread_ordinal() % places];
    const std::shared_lock lock{mine.lock};
    return {mine.terms.begin(), mine.terms.end()};
  }

  [[nodiscard]] std::size_t size() {
    place& mine = places_[0];
    const std::shared_lock lock{mine.lock};
    return mine.terms.size();
  }

  enum class existing : std::uint8_t { replace, keep };
  /// False where there is another value that is to be kept.
  bool put(const term& key, const term& value, existing what) {
    std::vector<term> gone; // destroyed when nobody is locked out any more
    const std::lock_guard writing{writers_};
    if (const auto found = places_[0].terms.find(key); found != places_[0].terms.end()) {
      if (found->second == value) return true;
      if (what == existing::keep) return false;
    }
    for (place& each : places_) {
      term copy = &each == &places_[0] ? value : duplicate(value);
      const std::unique_lock lock{each.lock};
      auto& at = each.terms[key];
      gone.push_back(std::exchange(at, std::move(copy)));
    }
    return true;
  }

  bool erase(const term& key) {
    std::vector<term> gone;
    const std::lock_guard writing{writers_};
    for (place& each : places_) {
      const std::unique_lock lock{each.lock};
      const auto found = each.terms.find(key);
      if (found == each.terms.end()) return false;
      gone.push_back(std::move(found->second));
      each.terms.erase(found);
    }
    return true;
  }

private:
  std::mutex writers_; // held by whoever changes places; places_[0] may be read with it
  std::array<place, places> places_;
};

store& terms() { return this_node().service<store>(); }

} // namespace

void internal::put(const term& key, term value) { terms().put(key, value, store::existing::replace); }
bool internal::put_new(const term& key, term value) { return terms().put(key, value, store::existing::keep); }

term get(const term& key) {
  auto found = terms().get(key);
  if (!found) raise_error(reasons::badarg);
  return *std::move(found);
}
term get(const term& key, const term& otherwise) { return terms().get(key).value_or(otherwise); }
std::vector<std::pair<term, term>> get() { return terms().all(); }
bool erase(const term& key) { return terms().erase(key); }

term info() {
  const std::size_t count = terms().size();
  constexpr std::size_t entry_bytes = sizeof(std::pair<term, term>) + 2 * sizeof(void*);
  return map({{"count"_atom, count}, {"memory"_atom, sizeof(store) + places * count * entry_bytes}});
}

} // namespace agner::persistent_term
