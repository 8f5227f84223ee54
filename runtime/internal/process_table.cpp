// SPDX-License-Identifier: Apache-2.0

#include "process_table.hpp"

#include <caf/node_id.hpp>

#include <new>

#include "../error.hpp"
#include "../node.hpp"
#include "../reasons.hpp"
#include "process_actor.hpp"
#include "queue_limit.hpp"

namespace agner::internal {

namespace {

// CAF finds the control block one cache line before the actor (caf::actor_storage); ours differs in that nothing is destroyed when counts fall to zero.
struct slot {
  explicit slot(caf::actor_system* system) {
    caf::node_id here;
    ::new (static_cast<void*>(control)) caf::actor_control_block(next_id.fetch_add(1, std::memory_order_relaxed), here,
                                                                 system, &keep_data, &keep_block);
    caf::actor_config config;
    ::new (static_cast<void*>(actor)) process_actor(config);
  }
  ~slot() {
    process()->~process_actor();
    reinterpret_cast<caf::actor_control_block*>(control)->~actor_control_block();
  }
  slot(const slot&) = delete;
  slot& operator=(const slot&) = delete;

  process_actor* process() noexcept { return std::launder(reinterpret_cast<process_actor*>(actor)); }

  static void keep_data(caf::abstract_actor*) {}
  static void keep_block(caf::actor_control_block*) {}
  // Below this lie the ids of CAF's own actors, which count up from 1.
  static inline std::atomic<caf::actor_id> next_id{caf::actor_id{1} << 40U};

  alignas(CAF_CACHE_LINE_SIZE) std::byte control[CAF_CACHE_LINE_SIZE];
  alignas(alignof(process_actor)) std::byte actor[sizeof(process_actor)];
};

static_assert(sizeof(caf::actor_control_block) <= CAF_CACHE_LINE_SIZE);
static_assert(alignof(process_actor) <= CAF_CACHE_LINE_SIZE);
static_assert(sizeof(slot) == 384, "a slot takes whole cache lines: rare state goes into process_extras");

} // namespace

class process_slots {
public:
  explicit process_slots(caf::actor_system* system) {
    for (auto& at : memory_)
      ::new (static_cast<void*>(at)) slot(system);
  }
  ~process_slots() {
    for (std::uint32_t i = 0; i < chunk_slots; ++i)
      at(i).~slot();
    delete limits();
  }
  process_slots(const process_slots&) = delete;
  process_slots& operator=(const process_slots&) = delete;

  static constexpr std::uint32_t chunk_slots = 64;
  process_actor& process(std::uint32_t i) noexcept { return *at(i).process(); }

  /// The limits of the processes in these slots, once one has any.
  using limit_array = std::array<queue_limit, chunk_slots>;
  [[nodiscard]] limit_array* limits() noexcept { return limits_.load(std::memory_order_acquire); }
  /// By one thread at a time.
  void make_limits() {
    if (limits() == nullptr) limits_.store(new limit_array, std::memory_order_release);
  }

private:
  slot& at(std::uint32_t i) noexcept { return *std::launder(reinterpret_cast<slot*>(memory_[i])); }

  std::atomic<limit_array*> limits_{nullptr};
  alignas(slot) std::byte memory_[chunk_slots][sizeof(slot)];
};

process_table::process_table(node& owner, incarnation identity, std::size_t processes_max)
    : owner_(owner),
      identity_(identity),
      processes_max_((processes_max + chunk_slots - 1) / chunk_slots * chunk_slots),
      chunks_(std::make_unique<std::atomic<process_slots*>[]>(processes_max_ / chunk_slots)) {
  static_assert(chunk_slots == process_slots::chunk_slots);
}

process_table::~process_table() {
  for (std::uint32_t i = 0; i < chunk_count_.load(); ++i)
    delete chunks_[i].load();
}

void process_table::add_chunk() {
  const std::uint32_t at = chunk_count_.load(std::memory_order_relaxed);
  if (at * std::size_t{chunk_slots} >= processes_max_) raise_error("system_limit"_atom);
  free_.reserve(std::size_t{at + 1} * chunk_slots); // so that giving a slot back never allocates
  auto* chunk = new process_slots(static_cast<caf::actor_system*>(owner_.scheduler().caf_system()));
  for (std::uint32_t i = 0; i < chunk_slots; ++i) {
    process_core& p = chunk->process(i);
    p.index_ = at * chunk_slots + i;
    p.node_ = &owner_;
    free_.push_back(at * chunk_slots + (chunk_slots - 1 - i));
  }
  chunks_[at].store(chunk, std::memory_order_release);
  chunk_count_.store(at + 1, std::memory_order_release);
}

process_core& process_table::allocate() {
  std::uint32_t index = 0;
  {
    const std::lock_guard lock{mutex_};
    if (refusing_) throw raised{raised_class::exit, reasons::killed};
    if (free_.empty()) add_chunk();
    index = free_.back();
    free_.pop_back();
  }
  process_core& p = chunks_[index / chunk_slots].load(std::memory_order_relaxed)->process(index % chunk_slots);
  p.serial_.store(p.serial() + 1, std::memory_order_relaxed);
  alive_.fetch_add(1, std::memory_order_relaxed);
  return p;
}

void process_table::refuse() noexcept {
  const std::lock_guard lock{mutex_};
  refusing_ = true;
}

void process_table::open(process_core& fresh) noexcept {
  fresh.inbox_.open(fresh.serial(), (fresh.unusual_ & process_core::is_limited) != 0);
}

queue_limit& process_table::limit(std::uint32_t index) const noexcept {
  return (*chunks_[index / chunk_slots].load(std::memory_order_relaxed)->limits())[index % chunk_slots];
}

queue_limit& process_table::make_limit(std::uint32_t index) {
  const std::lock_guard lock{mutex_};
  chunks_[index / chunk_slots].load(std::memory_order_relaxed)->make_limits();
  return limit(index);
}

void process_table::free(process_core& ended) noexcept {
  ended.destroy_body();
  {
    const std::lock_guard lock{mutex_};
    free_.push_back(ended.index_);
  }
  if (alive_.fetch_sub(1, std::memory_order_acq_rel) == 1) owner_.scheduler().wake_waiters();
}

process_core* process_table::slot(std::uint32_t id) const noexcept {
  const std::uint32_t index = id - 1;
  if (id == 0 || index / chunk_slots >= chunk_count_.load(std::memory_order_acquire)) return nullptr;
  return &chunks_[index / chunk_slots].load(std::memory_order_relaxed)->process(index % chunk_slots);
}

bool process_table::is_alive(const pid& p) const noexcept {
  const process_core* at = slot(p.id);
  return at != nullptr && at->serial() == p.serial && at->inbox_.is_open(p.serial);
}

std::vector<pid> process_table::pids() const {
  std::vector<pid> all;
  const std::uint32_t chunks = chunk_count_.load(std::memory_order_acquire);
  for (std::uint32_t id = 1; id <= chunks * chunk_slots; ++id) {
    const pid p{id, slot(id)->serial(), identity_};
    if (is_alive(p)) all.push_back(p);
  }
  return all;
}

} // namespace agner::internal
