// SPDX-License-Identifier: Apache-2.0

#include "ets_hash.hpp"

#include <algorithm>
#include <utility>

#include "../../runtime/term_order.hpp"

namespace agner::internal {

namespace {

constexpr std::size_t bits_min = 3;

} // namespace

std::uint64_t ets_key_hash(const term& key) noexcept {
  std::uint64_t value = 0;
  if (const auto small = key.to_int64())
    value = static_cast<std::uint64_t>(*small);
  else if (const auto name = key.to_atom())
    value = ~std::uint64_t{name->index()};
  else
    value = hash(key);
  value ^= value >> 32U;
  value *= 0x9e3779b97f4a7c15ULL;
  value ^= value >> 29U;
  return value * 0xbf58476d1ce4e5b9ULL;
}

ets_hash::ets_hash(ets_hash&& other) noexcept
    : buckets_(std::move(other.buckets_)),
      bits_(std::exchange(other.bits_, 0)),
      entries_(std::exchange(other.entries_, 0)),
      places_(std::exchange(other.places_, 0)),
      size_(other.size_.exchange(0, std::memory_order_relaxed)) {}

ets_hash::~ets_hash() {
  if (!buckets_) return;
  for (std::size_t i = 0; i >> bits_ == 0; ++i)
    for (entry* each = buckets_[i]; each != nullptr;)
      delete std::exchange(each, each->next);
}

std::size_t ets_hash::bytes() const noexcept {
  return (buckets_ ? sizeof(entry*) << bits_ : 0) + entries_ * sizeof(entry);
}

ets_hash::entry** ets_hash::lower(std::uint64_t hash, const term& key, std::size_t keypos) const noexcept {
  entry** link = &buckets_[bucket(hash)];
  while (*link != nullptr && (*link)->hash < hash)
    link = &(*link)->next;
  while (*link != nullptr && (*link)->hash == hash &&
         compare_exact((*link)->objects[0].elements()[keypos - 1], key) < 0)
    link = &(*link)->next;
  return link;
}

ets_hash::entry* ets_hash::at(std::uint64_t hash, const term& key, std::size_t keypos) const noexcept {
  if (!buckets_) return nullptr;
  entry* each = buckets_[bucket(hash)];
  while (each != nullptr && each->hash < hash)
    each = each->next;
  for (; each != nullptr && each->hash == hash; each = each->next)
    if (each->objects[0].elements()[keypos - 1] == key) return each;
  return nullptr;
}

std::span<const term> ets_hash::find(std::uint64_t hash, const term& key, std::size_t keypos) const noexcept {
  const entry* const found = at(hash, key, keypos);
  if (found == nullptr || found->is_place) return {};
  return {found->objects.data(), found->objects.size()};
}

bool ets_hash::has_place(std::uint64_t hash, const term& key, std::size_t keypos) const noexcept {
  return at(hash, key, keypos) != nullptr;
}

void ets_hash::put(ets::type type, std::uint64_t hash, const term& object, std::size_t keypos, discarded_terms& out) {
  if (!buckets_) resize(bits_min);
  const auto count = [&](std::size_t more) { size_.store(size() + more, std::memory_order_relaxed); };
  const term& key = object.elements()[keypos - 1];
  if (entry* const found = at(hash, key, keypos)) {
    if (found->is_place || type == ets::type::set) {
      if (found->is_place) {
        found->is_place = false;
        --places_;
        count(1);
      }
      out.push_back(std::exchange(found->objects[0], object));
    } else if (type == ets::type::duplicate_bag || std::ranges::find(found->objects, object) == found->objects.end()) {
      found->objects.push_back(object);
      count(1);
    }
    return;
  }
  if (entries_ >> bits_ != 0) resize(bits_ + 1);
  entry** const link = lower(hash, key, keypos);
  auto fresh = std::make_unique<entry>(*link, hash);
  fresh->objects.push_back(object);
  *link = fresh.release();
  ++entries_;
  count(1);
}

// Entries move to their new chains in order, so each is appended at its end.
void ets_hash::resize(unsigned bits) {
  auto fresh = std::make_unique<entry*[]>(std::size_t{1} << bits);
  std::unique_ptr<entry*[]> old = std::exchange(buckets_, std::move(fresh));
  const unsigned old_bits = std::exchange(bits_, bits);
  if (!old) return;
  std::size_t last = 0;
  entry** link = &buckets_[0];
  for (std::size_t i = 0; i >> old_bits == 0; ++i) {
    for (entry* each = old[i]; each != nullptr;) {
      entry* const next = each->next;
      if (const std::size_t in = bucket(each->hash); in != last) {
        last = in;
        link = &buckets_[in];
      }
      each->next = nullptr;
      *link = each;
      link = &each->next;
      each = next;
    }
  }
}

void ets_hash::shrink_if_sparse() noexcept {
  if (bits_ <= bits_min || entries_ >= std::size_t{1} << (bits_ - 3)) return;
  try {
    resize(bits_ - 2);
  } catch (...) { // without memory it stays as it is
  }
}

void ets_hash::drop(entry** link, bool fixed, discarded_terms& out) {
  entry* const gone = *link;
  if (!gone->is_place) {
    size_.store(size() - gone->objects.size(), std::memory_order_relaxed);
    if (fixed) {
      for (std::size_t i = 1; i < gone->objects.size(); ++i)
        out.push_back(std::move(gone->objects[i]));
      gone->objects.resize(1);
      gone->is_place = true;
      ++places_;
      return;
    }
  } else {
    --places_;
  }
  for (term& object : gone->objects)
    out.push_back(std::move(object));
  *link = gone->next;
  delete gone;
  --entries_;
  shrink_if_sparse();
}

void ets_hash::remove(std::uint64_t hash, const term& key, std::size_t keypos, bool fixed, discarded_terms& out) {
  if (const entry* const found = at(hash, key, keypos); found == nullptr || found->is_place) return;
  drop(lower(hash, key, keypos), fixed, out);
}

void ets_hash::forget_places() noexcept {
  if (places_ == 0) return;
  for (std::size_t i = 0; i >> bits_ == 0; ++i) {
    for (entry** link = &buckets_[i]; *link != nullptr;) {
      if (!(*link)->is_place) {
        link = &(*link)->next;
        continue;
      }
      delete std::exchange(*link, (*link)->next);
      --entries_;
    }
  }
  places_ = 0;
  shrink_if_sparse();
}

} // namespace agner::internal
