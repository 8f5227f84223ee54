// SPDX-License-Identifier: Apache-2.0
// A process that does what a test tells it, one thing after the other, on a node of the test's choice: the tests of OTP have such a one on each node.

#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <agner/actors/process.hpp>

namespace agner::test {

class told_process {
public:
  using order = std::function<task<>()>;

  explicit told_process(node& on) : on_(&on), orders_(std::make_shared<std::deque<order>>()) {
    id_ = on.spawn([orders = orders_]() -> task<> {
      for (;;) {
        co_await receive(agner::on(match("$told"_atom), [] {}));
        const order next = std::move(orders->front());
        orders->pop_front();
        co_await next();
      }
    });
  }

  [[nodiscard]] const pid& id() const noexcept { return id_; }

  /// It will run @p what, a callable that gives a task or nothing, which stays alive until then.
  template <class F>
  void tell(F what) {
    if constexpr (internal::is_task<std::invoke_result_t<F&>>)
      orders_->push_back(std::move(what));
    else
      orders_->push_back([what = std::move(what)]() -> task<> {
        what();
        co_return;
      });
    on_->send(id_, tuple("$told"_atom));
  }

private:
  node* on_;
  std::shared_ptr<std::deque<order>> orders_;
  pid id_;
};

/// What the current process is bound to.
struct bonds {
  std::vector<pid> links;
  std::size_t links_and_unlinks = 0; // with those whose acknowledgement has not come
  std::size_t monitors = 0;
  std::vector<pid> monitored_by;
};
bonds bonds_of_this_process();

} // namespace agner::test
