// SPDX-License-Identifier: Apache-2.0

#include "supervisor.hpp"

#include "../runtime/term_builders.hpp"
#include "../runtime/term_views.hpp"
#include "internal/child_spec_store.hpp"
#include "internal/supervisor_server.hpp"

namespace agner {

namespace {

// A specification that is taken back if nobody came for it, also when the caller is killed.
class ticket {
public:
  explicit ticket(supervisor::child_spec spec)
      : store_(this_node().service<internal::child_spec_store>()), term_(store_.deposit(std::move(spec))) {}
  ticket(const ticket&) = delete;
  ticket& operator=(const ticket&) = delete;
  ~ticket() { store_.redeem(term_); }
  [[nodiscard]] const term& as_term() const noexcept { return term_; }

private:
  internal::child_spec_store& store_;
  term term_;
};

} // namespace

task<result<pid>> supervisor::start_link(gen_server::start_options options, flags how,
                                         std::vector<child_spec> children) {
  return gen_server::start_link<internal::supervisor_server>(options, options.name, how, std::move(children));
}

task<result<pid>> supervisor::start_link(flags how, std::vector<child_spec> children) {
  return start_link(gen_server::start_options{}, how, std::move(children));
}

task<result<std::optional<pid>>> supervisor::start_child(destination of, child_spec child) {
  const ticket kept{std::move(child)};
  co_return co_await gen_server::call<result<std::optional<pid>>>(of, tuple("start_child"_atom, kept.as_term()),
                                                                  infinity);
}

term term_traits<supervisor::child_counts>::to(const supervisor::child_counts& of) {
  return list({tuple("specs"_atom, of.specs), tuple("active"_atom, of.active),
               tuple("supervisors"_atom, of.supervisors), tuple("workers"_atom, of.workers)});
}

std::optional<supervisor::child_counts> term_traits<supervisor::child_counts>::from(const term& of) {
  if (!of.is_list()) return std::nullopt;
  supervisor::child_counts counts;
  for (const term& each : of.as_list()) {
    const auto count = each.is_tuple() && each.size() == 2 ? each[1].to_uint64() : std::nullopt;
    if (!count) return std::nullopt;
    if (each[0].is("specs"_atom)) counts.specs = *count;
    if (each[0].is("active"_atom)) counts.active = *count;
    if (each[0].is("supervisors"_atom)) counts.supervisors = *count;
    if (each[0].is("workers"_atom)) counts.workers = *count;
  }
  return counts;
}

} // namespace agner
