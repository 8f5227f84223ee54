// SPDX-License-Identifier: Apache-2.0

#include "atomics.hpp"

#include <atomic>
#include <limits>
#include <memory>

#include "../runtime/error.hpp"
#include "../runtime/reasons.hpp"
#include "../runtime/resource.hpp"
#include "../runtime/term_builders.hpp"
#include "send.hpp"

namespace agner::atomics::internal {

namespace {
constexpr std::size_t size_max = std::size_t{1} << 32U;
}

class array final : public resource {
public:
  array(std::size_t size, bool is_signed)
      : cells_(std::make_unique<std::atomic<std::uint64_t>[]>(size)), size_(size), is_signed_(is_signed) {}

  [[nodiscard]] std::atomic<std::uint64_t>& at(std::size_t index) {
    if (index == 0 || index > size_) refuse();
    return cells_[index - 1];
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool is_signed() const noexcept { return is_signed_; }

private:
  std::unique_ptr<std::atomic<std::uint64_t>[]> cells_;
  std::size_t size_;
  bool is_signed_;
};

void refuse() { raise_error(reasons::badarg); }

array* array_of(const term& of, bool is_signed) noexcept {
  array* const found = resource_as<array>(of);
  return found != nullptr && found->is_signed() == is_signed ? found : nullptr;
}

term new_array(std::size_t size, bool is_signed) {
  if (size == 0) refuse();
  if (size > size_max) raise_error(reasons::system_limit);
  return resource_reference(make_ref(), std::make_unique<array>(size, is_signed));
}

std::uint64_t get(array& in, std::size_t index) { return in.at(index).load(); }
void put(array& in, std::size_t index, std::uint64_t value) { in.at(index).store(value); }
std::uint64_t add(array& in, std::size_t index, std::uint64_t increment) {
  return in.at(index).fetch_add(increment) + increment;
}
std::uint64_t exchange(array& in, std::size_t index, std::uint64_t desired) { return in.at(index).exchange(desired); }

std::optional<std::uint64_t> compare_exchange(array& in, std::size_t index, std::uint64_t expected,
                                              std::uint64_t desired) {
  if (in.at(index).compare_exchange_strong(expected, desired)) return std::nullopt;
  return expected;
}

term info(const array& of) {
  using signed_limits = std::numeric_limits<std::int64_t>;
  using unsigned_limits = std::numeric_limits<std::uint64_t>;
  return map({{"size"_atom, of.size()},
              {"max"_atom, of.is_signed() ? term{signed_limits::max()} : term{unsigned_limits::max()}},
              {"min"_atom, of.is_signed() ? term{signed_limits::min()} : term{0}},
              {"memory"_atom, sizeof of + of.size() * sizeof(std::uint64_t)}});
}

} // namespace agner::atomics::internal
