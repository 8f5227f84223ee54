// SPDX-License-Identifier: Apache-2.0

#include "counters.hpp"

#include <atomic>
#include <memory>
#include <utility>

#include "../runtime/error.hpp"
#include "../runtime/reasons.hpp"
#include "../runtime/resource.hpp"
#include "../runtime/term_builders.hpp"
#include "internal/reader_writer_lock.hpp"
#include "send.hpp"

namespace agner::counters {

using agner::internal::thread_ordinal;

namespace {

constexpr std::size_t size_max = std::size_t{1} << 32U;
constexpr std::size_t copies_max = 8; // of counters for write_concurrency; each thread counts in one

using line = std::atomic<std::int64_t>;
constexpr std::size_t line_cells = 64 / sizeof(line); // counters of one copy lie together, copies in lines of their own

} // namespace

class internal::array final : public resource {
public:
  array(std::size_t size, kind how)
      : size_(size),
        copies_(how == kind::atomics ? 1 : copies_max),
        stride_((size + line_cells - 1) / line_cells * line_cells),
        cells_(std::make_unique<line[]>(copies_ == 1 ? size : stride_ * copies_ + line_cells)) {
    const auto at = reinterpret_cast<std::uintptr_t>(cells_.get());
    first_ = copies_ == 1 ? cells_.get() : cells_.get() + (64 - at % 64) % 64 / sizeof(line);
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t copies() const noexcept { return copies_; }
  [[nodiscard]] line& own(std::size_t index) noexcept { return at(index, thread_ordinal() % copies_); }
  [[nodiscard]] line& at(std::size_t index, std::size_t copy) noexcept { return first_[copy * stride_ + index]; }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return sizeof *this + sizeof(line) * (copies_ == 1 ? size_ : stride_ * copies_);
  }

private:
  std::size_t size_;
  std::size_t copies_;
  std::size_t stride_;
  std::unique_ptr<line[]> cells_;
  line* first_;
};

namespace {

std::size_t checked(const counters_ref& in, std::size_t index) {
  if (index == 0 || index > in.of().size()) raise_error(reasons::badarg);
  return index - 1;
}

} // namespace

counters_ref::counters_ref(term of) : term_(std::move(of)), array_(resource_as<internal::array>(term_)) {
  if (array_ == nullptr) raise_error(reasons::badarg);
}

counters_ref new_(std::size_t size, kind how) {
  if (size == 0) raise_error(reasons::badarg);
  if (size > size_max) raise_error(reasons::system_limit);
  return counters_ref{resource_reference(make_ref(), std::make_unique<internal::array>(size, how))};
}

// Counts wrap round, as unsigned numbers do and fetch_add is defined to.
void add(const counters_ref& in, std::size_t index, std::int64_t increment) {
  in.of().own(checked(in, index)).fetch_add(increment);
}
void sub(const counters_ref& in, std::size_t index, std::int64_t decrement) {
  in.of().own(checked(in, index)).fetch_sub(decrement);
}

std::int64_t get(const counters_ref& in, std::size_t index) {
  const std::size_t place = checked(in, index);
  std::uint64_t sum = 0;
  for (std::size_t copy = 0; copy < in.of().copies(); ++copy)
    sum += static_cast<std::uint64_t>(in.of().at(place, copy).load());
  return static_cast<std::int64_t>(sum);
}

void put(const counters_ref& in, std::size_t index, std::int64_t value) {
  const std::size_t place = checked(in, index);
  for (std::size_t copy = 1; copy < in.of().copies(); ++copy)
    in.of().at(place, copy).store(0);
  in.of().at(place, 0).store(value);
}

term info(const counters_ref& of) { return map({{"size"_atom, of.of().size()}, {"memory"_atom, of.of().bytes()}}); }

} // namespace agner::counters

namespace agner {

std::optional<counters::counters_ref> term_traits<counters::counters_ref>::from(const term& from) {
  if (resource_as<counters::internal::array>(from) == nullptr) return std::nullopt;
  return counters::counters_ref{from};
}

} // namespace agner
