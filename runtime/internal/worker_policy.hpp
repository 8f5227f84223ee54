// SPDX-License-Identifier: Apache-2.0
// agner's scheduling policy for CAF's coordinator and worker templates: it hands every decision to the worker_pool.

#pragma once

#include <caf/policy/unprofiled.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include "thread_state.hpp"
#include "worker_pool.hpp"

namespace agner::internal {

class worker_policy : public caf::policy::unprofiled {
public:
  /// The pool comes from the coordinator's actor_system_config (see caf_scheduler.cpp).
  struct coordinator_data {
    explicit coordinator_data(caf::scheduler::abstract_coordinator* self);
    worker_pool* pool;
    scheduler* home;
  };
  struct worker_data {
    explicit worker_data(caf::scheduler::abstract_coordinator*) {}
    bool known = false; // this thread is marked as the worker
  };

  template <class Coordinator>
  void central_enqueue(Coordinator* self, caf::resumable* job) {
    d(self).pool->push_external(job);
  }
  template <class Worker>
  void external_enqueue(Worker* self, caf::resumable* job) {
    d(self->parent()).pool->push_external(job);
  }
  template <class Worker>
  void internal_enqueue(Worker* self, caf::resumable* job) {
    d(self->parent()).pool->push_woken(self->id(), job);
  }
  template <class Worker>
  void resume_job_later(Worker* self, caf::resumable* job) {
    d(self->parent()).pool->push_yielded(self->id(), job);
  }
  template <class Worker>
  caf::resumable* dequeue(Worker* self) {
    if (!d(self).known) {
      thread_state& here = this_thread();
      here.home = d(self->parent()).home;
      here.worker = self->id();
      d(self).known = true;
    }
    return d(self->parent()).pool->next(self->id());
  }
  template <class Worker, class F>
  void foreach_resumable(Worker*, F) {}
  template <class Coordinator, class F>
  void foreach_central_resumable(Coordinator* self, F f) {
    while (caf::resumable* job = d(self).pool->drain())
      f(job);
  }
};

} // namespace agner::internal
