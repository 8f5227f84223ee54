// SPDX-License-Identifier: Apache-2.0

#include "node_memory.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <new>

#include "heap_node.hpp"

namespace agner::internal {

namespace {

constexpr std::size_t class_bytes = 16;
constexpr std::size_t classes = kept_piece_max / class_bytes;
constexpr std::uint32_t batch_pieces = 32;

constexpr std::size_t bytes_of(std::size_t size_class) noexcept { return (size_class + 1) * class_bytes; }

/// A piece that nobody uses.
struct free_piece {
  free_piece* next;       // in its batch
  free_piece* next_batch; // of the first of a batch: where batches are kept
};
static_assert(sizeof(free_piece) <= class_bytes);

/// Batches of pieces of one size that threads have handed over.
struct shared_class {
  std::mutex mutex;
  free_piece* batches = nullptr; // guarded by mutex
};
std::array<shared_class, classes> shared;
std::atomic<std::size_t> shared_bytes{0};

/// What one thread keeps of one size: up to a batch in use, and one more full batch.
struct own_pieces {
  free_piece* first = nullptr;
  free_piece* spare = nullptr;
  std::uint32_t count = 0; // from `first` on
};

/// Only its thread touches it, but for the counts, which others may read.
struct thread_pieces {
  std::array<own_pieces, classes> of;
  std::atomic<std::uint64_t> taken{0};
  std::atomic<std::uint64_t> from_malloc{0};
  bool known = false;            // `leaving` will give back what is kept here
  bool ended = false;            // and has: what is freed now, by destructors of other thread_locals, goes to malloc
  thread_pieces* next = nullptr; // guarded by threads_mutex

  static void count(std::atomic<std::uint64_t>& what) noexcept {
    what.store(what.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

std::mutex threads_mutex;
thread_pieces* all_caches = nullptr;  // guarded by threads_mutex
node_memory_use use_of_ended_threads; // of threads that have ended; guarded by threads_mutex

// No destructor, so that reaching it costs nothing: `leaving` ends it.
thread_local constinit thread_pieces own_cache;

void give_to_malloc(free_piece* batch) noexcept {
  while (batch != nullptr) {
    free_piece* const next = batch->next;
    std::free(batch);
    batch = next;
  }
}

void share(free_piece* batch, std::size_t size_class) noexcept {
  const std::size_t bytes = batch_pieces * bytes_of(size_class);
  if (shared_bytes.load(std::memory_order_relaxed) + bytes > shared_bytes_max) return give_to_malloc(batch);
  shared_bytes.fetch_add(bytes, std::memory_order_relaxed);
  shared_class& into = shared[size_class];
  const std::lock_guard lock{into.mutex};
  batch->next_batch = into.batches;
  into.batches = batch;
}

free_piece* take_shared(std::size_t size_class) noexcept {
  shared_class& from = shared[size_class];
  free_piece* batch = nullptr;
  {
    const std::lock_guard lock{from.mutex};
    batch = from.batches;
    if (batch != nullptr) from.batches = batch->next_batch;
  }
  if (batch != nullptr) shared_bytes.fetch_sub(batch_pieces * bytes_of(size_class), std::memory_order_relaxed);
  return batch;
}

/// Gives back what its thread keeps when that ends.
struct leaving {
  leaving() {
    const std::lock_guard lock{threads_mutex};
    own_cache.next = all_caches;
    all_caches = &own_cache;
    own_cache.known = true;
  }
  leaving(const leaving&) = delete;
  leaving& operator=(const leaving&) = delete;
  ~leaving() {
    own_cache.ended = true;
    for (std::size_t i = 0; i < classes; ++i) {
      own_pieces& pieces = own_cache.of[i];
      if (pieces.spare != nullptr) share(pieces.spare, i);
      give_to_malloc(pieces.first);
      pieces = {.first = nullptr, .spare = nullptr, .count = batch_pieces - 1};
    }
    const std::lock_guard lock{threads_mutex};
    use_of_ended_threads.pieces += own_cache.taken.load(std::memory_order_relaxed);
    use_of_ended_threads.from_malloc += own_cache.from_malloc.load(std::memory_order_relaxed);
    thread_pieces** at = &all_caches;
    while (*at != &own_cache)
      at = &(*at)->next;
    *at = own_cache.next;
  }
};

void make_known() noexcept {
  static thread_local leaving at_end;
  static_cast<void>(at_end);
}

/// A piece where `first` has none.
[[gnu::noinline]] void* refill(own_pieces& pieces, std::size_t size_class) noexcept {
  if (!own_cache.known) make_known();
  free_piece* batch = nullptr;
  if (pieces.spare != nullptr) {
    batch = pieces.spare;
    pieces.spare = nullptr;
  } else if (!own_cache.ended) {
    batch = take_shared(size_class);
  }
  if (batch == nullptr) {
    thread_pieces::count(own_cache.from_malloc);
    return std::malloc(bytes_of(size_class));
  }
  pieces.first = batch->next;
  pieces.count = batch_pieces - 1;
  return batch;
}

/// What to do with the batch that `first` has become.
[[gnu::noinline]] void put_aside(own_pieces& pieces, std::size_t size_class) noexcept {
  free_piece* const batch = pieces.first;
  pieces.first = nullptr;
  pieces.count = 0;
  if (own_cache.ended) {
    give_to_malloc(batch);
    pieces.count = batch_pieces - 1; // the next one comes here too
    return;
  }
  if (pieces.spare != nullptr) share(pieces.spare, size_class);
  pieces.spare = batch;
}

} // namespace

void* allocate_node(std::size_t bytes) {
  void* memory = nullptr;
  const std::size_t size_class = (bytes - 1) / class_bytes;
  if (keeps_pieces && size_class < classes) {
    own_pieces& pieces = own_cache.of[size_class];
    thread_pieces::count(own_cache.taken);
    if (free_piece* const piece = pieces.first) {
      pieces.first = piece->next;
      __builtin_prefetch(piece->next, 1); // another core may have had it last
      --pieces.count;
      return piece;
    }
    memory = refill(pieces, size_class);
  } else {
    memory = std::malloc(bytes);
  }
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}

void free_node(void* memory, std::size_t bytes) noexcept {
  const std::size_t size_class = (bytes - 1) / class_bytes;
  if (!keeps_pieces || size_class >= classes) return std::free(memory);
  if (!own_cache.known) [[unlikely]]
    make_known(); // a thread that only frees must give back, too, what it keeps
  own_pieces& pieces = own_cache.of[size_class];
  auto* const piece = ::new (memory) free_piece;
  piece->next = pieces.first;
  pieces.first = piece;
  if (++pieces.count == batch_pieces) put_aside(pieces, size_class);
}

node_memory_use node_memory_used() noexcept {
  const std::lock_guard lock{threads_mutex};
  node_memory_use all = use_of_ended_threads;
  for (const thread_pieces* each = all_caches; each != nullptr; each = each->next) {
    all.pieces += each->taken.load(std::memory_order_relaxed);
    all.from_malloc += each->from_malloc.load(std::memory_order_relaxed);
  }
  all.shared_bytes = shared_bytes.load(std::memory_order_relaxed);
  return all;
}

} // namespace agner::internal
