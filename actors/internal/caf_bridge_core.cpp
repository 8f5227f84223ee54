// SPDX-License-Identifier: Apache-2.0

#include "caf_bridge_core.hpp"

#include <caf/actor_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/make_actor.hpp>
#include <caf/sec.hpp>

#include <algorithm>
#include <utility>

#include "../../runtime/reasons.hpp"
#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_views.hpp"
#include "../spawn.hpp"
#include "caf_handles.hpp"
#include "caf_messages.hpp"
#include "caf_processes.hpp"

namespace agner::internal {

namespace {

template <class Actor, class... Arguments>
caf::strong_actor_ptr new_actor(caf::actor_system& system, Arguments&&... arguments) {
  caf::actor_config config;
  return caf::make_actor<Actor, caf::strong_actor_ptr>(system.next_actor_id(), system.node(), &system, config,
                                                       std::forward<Arguments>(arguments)...);
}

void end_actor(const caf::strong_actor_ptr& of, caf::error why) {
  static_cast<caf::monitorable_actor*>(of->get())->cleanup(std::move(why), nullptr);
}

} // namespace

// -- opening and closing ----------------------------------------------------------------------------------------------------------------------

void caf_bridge_core::open() {
  desk_ = new_actor<caf_desk>(system_, weak_from_this());
  keeper_ =
      on_->spawn(caf_keeper_process, living{shared_from_this()}, shared_from_this(), caf_closing{shared_from_this()});
  auto watch = std::make_unique<caf_system_watch>(weak_from_this());
  host_watch_ = watch.get();
  host_actor_ = caf::weak_actor_ptr{system_.config_serv().get()};
  system_.config_serv()->get()->attach(std::move(watch));
}

void caf_bridge_core::close() noexcept {
  decltype(handles_) handles;
  decltype(stand_ins_) stand_ins;
  decltype(requests_) requests;
  caf::strong_actor_ptr desk;
  {
    const std::unique_lock closing{gate_};
    if (on_ == nullptr) return;
    const std::lock_guard lock{mutex_};
    handles.swap(handles_);
    stand_ins = stand_ins_;
    requests.swap(requests_);
    calls_.clear();
    desk.swap(desk_);
    for (const auto& [actor, each] : stand_ins)
      on_->send(each->process, caf_ended(reasons::noconnection));
    on_->send(keeper_, caf_stop());
    on_ = nullptr;
  }
  for (const auto& [tag, each] : requests)
    fail(each);
  for (const auto& [process, each] : handles)
    end_actor(each.actor, caf::make_error(caf::exit_reason::remote_link_unreachable));
  for (const auto& [name, each] : stand_ins)
    if (const auto actor = each->actor.lock())
      actor->get()->detach(caf::attachable::token{caf_end_watch::token_type, each->watch});
  end_actor(desk, {});
  if (const auto actor = host_actor_.lock())
    actor->get()->detach(caf::attachable::token{caf_system_watch::token_type, host_watch_});
}

caf_bridge_core::living::~living() {
  if (of_ != nullptr && of_->living_.fetch_sub(1) == 1) of_->scheduler_->wake_waiters();
}

void caf_bridge_core::wait() noexcept {
  if (living_.load() == 0) return; // the node, with its scheduler, may be gone
  scheduler_->wait_until([](void* self) { return static_cast<caf_bridge_core*>(self)->living_.load() == 0; }, this);
}

void caf_bridge_core::know(std::type_index type, caf_writer writer) {
  const std::lock_guard lock{mutex_};
  writers_[type] = writer;
}

caf_writer caf_bridge_core::writer_of(std::type_index type) const {
  const std::lock_guard lock{mutex_};
  const auto found = writers_.find(type);
  return found == writers_.end() ? nullptr : found->second;
}

// -- who stands for whom ------------------------------------------------------------------------------------------------------------------------

caf::strong_actor_ptr caf_bridge_core::actor_of(const pid& process, std::shared_ptr<const caf_answers> answers) {
  const std::shared_lock open{gate_};
  if (on_ == nullptr) return nullptr;
  const std::lock_guard lock{mutex_};
  if (const auto found = actors_.find(process); found != actors_.end()) return found->second.lock();
  handle& of = handles_[process];
  if (answers != nullptr) of.answers = std::move(answers);
  if (of.actor == nullptr) {
    of.actor = new_actor<caf_process_handle>(system_, shared_from_this(), process);
    on_->send(keeper_, caf_watch(process));
  }
  return of.actor;
}

pid caf_bridge_core::pid_of(const caf::strong_actor_ptr& actor, std::shared_ptr<const caf_readers> readers) {
  if (actor == nullptr) return {};
  if (const auto* handle = dynamic_cast<const caf_process_handle*>(actor->get()))
    if (handle->core() == this) return handle->process();
  std::unique_ptr<caf_end_watch> watch;
  std::shared_ptr<caf_stand_in> fresh;
  {
    const std::shared_lock open{gate_};
    if (on_ == nullptr) return {};
    const std::lock_guard lock{mutex_};
    if (const auto found = stand_ins_.find(actor.get()); found != stand_ins_.end()) {
      if (readers != nullptr) found->second->readers = std::move(readers);
      return found->second->process;
    }
    fresh = std::make_shared<caf_stand_in>();
    fresh->actor = caf::weak_actor_ptr{actor.get()};
    fresh->readers = std::move(readers);
    try {
      fresh->process = spawn_stand_in(*on_, shared_from_this(), fresh);
    } catch (const raised&) { // the node is going down, or full
      return {};
    }
    watch = std::make_unique<caf_end_watch>(shared_from_this(), actor.get(), fresh->process);
    fresh->watch = watch.get();
    stand_ins_.emplace(actor.get(), fresh);
    actors_.emplace(fresh->process, fresh->actor);
  }
  actor->get()->attach(std::move(watch)); // tells at once if the actor has ended
  return fresh->process;
}

pid caf_bridge_core::pid_of(const caf::actor_addr& source) {
  const auto* const block = caf::actor_cast<caf::actor_control_block*>(source);
  if (block == nullptr) return {};
  {
    const std::lock_guard lock{mutex_};
    if (const auto found = stand_ins_.find(block); found != stand_ins_.end()) return found->second->process;
  }
  return pid_of(caf::actor_cast<caf::strong_actor_ptr>(source));
}

std::shared_ptr<const caf_readers> caf_bridge_core::readers_of(const caf_stand_in& of) const {
  const std::lock_guard lock{mutex_};
  return of.readers;
}

std::vector<pid> caf_bridge_core::stand_ins() const {
  std::vector<pid> all;
  const std::lock_guard lock{mutex_};
  for (const auto& [actor, each] : stand_ins_)
    all.push_back(each->process);
  return all;
}

void caf_bridge_core::forget(const caf::actor_control_block* actor) noexcept {
  std::vector<request> asked; // given up without the lock
  const std::lock_guard lock{mutex_};
  const auto found = stand_ins_.find(actor);
  if (found == stand_ins_.end()) return;
  const pid process = found->second->process;
  actors_.erase(process);
  stand_ins_.erase(found);
  std::erase_if(calls_, [&](const auto& each) { return each.second.of == actor; });
  for (auto at = requests_.begin(); at != requests_.end();) {
    if (at->second.by != process) {
      ++at;
      continue;
    }
    asked.push_back(std::move(at->second));
    at = requests_.erase(at);
  }
}

void caf_bridge_core::relayed(const pid& process) {
  caf::strong_actor_ptr handle;
  {
    const std::lock_guard lock{mutex_};
    const auto found = handles_.find(process);
    if (found == handles_.end()) return;
    handle = found->second.actor;
  }
  static_cast<caf_process_handle*>(handle->get())->relayed();
}

void caf_bridge_core::process_ended(const pid& process, const term& reason) {
  caf::strong_actor_ptr handle;
  std::vector<request> open;
  {
    const std::lock_guard lock{mutex_};
    const auto found = handles_.find(process);
    if (found == handles_.end()) return;
    handle = std::move(found->second.actor);
    handles_.erase(found);
    for (auto at = requests_.begin(); at != requests_.end();) {
      if (at->second.of != process) {
        ++at;
        continue;
      }
      open.push_back(std::move(at->second));
      at = requests_.erase(at);
    }
  }
  for (const request& each : open)
    fail(each);
  end_actor(handle, to_caf_error(reason));
}

// -- requests -------------------------------------------------------------------------------------------------------------------------------------

void caf_bridge_core::fail(const request& of) {
  of.sender->enqueue(nullptr, of.id.response_id(), caf::make_message(caf::make_error(caf::sec::request_receiver_down)),
                     nullptr);
}

std::optional<reference> caf_bridge_core::begin_request(const pid& of, const pid& stand_in,
                                                        caf::strong_actor_ptr sender, caf::message_id id,
                                                        const caf::type_erased_tuple& content) {
  const std::shared_lock open{gate_};
  if (on_ == nullptr || stand_in.id == 0) return std::nullopt;
  reference tag = on_->make_reference();
  const std::lock_guard lock{mutex_};
  const auto found = handles_.find(of);
  if (found == handles_.end()) return std::nullopt;
  request asked{std::move(sender), id, of, stand_in, {}};
  if (found->second.answers != nullptr)
    for (const caf_answer& each : *found->second.answers)
      if (each.is_asked(content)) asked.answers.push_back(each.read);
  requests_.emplace(tag, std::move(asked));
  return tag;
}

caf::message caf_bridge_core::read_answer(const caf_readers& readers, const term& reply) {
  for (const caf_reader& each : readers)
    if (auto read = each(*this, reply)) return *std::move(read);
  return caf::make_message(
      caf::make_error(caf::sec::unexpected_response, "the reply " + print_short(reply) + " is none of those expected"));
}

bool caf_bridge_core::finish_request(const reference& tag, const term& reply) {
  request answered;
  {
    const std::lock_guard lock{mutex_};
    const auto found = requests_.find(tag);
    if (found == requests_.end()) return false;
    answered = std::move(found->second);
    requests_.erase(found);
  }
  caf::message message;
  if (reply.is_tagged("error"_atom, 2))
    message = caf::make_message(to_caf_error(reply[1]));
  else if (answered.answers.empty())
    message = term_to_caf_message(*this, reply);
  else
    message = read_answer(answered.answers, reply);
  answered.sender->enqueue(nullptr, answered.id.response_id(), std::move(message), nullptr);
  return true;
}

void caf_bridge_core::send_call(const caf::strong_actor_ptr& actor, const term& from, caf::message request) {
  std::uint64_t number = 0;
  caf::strong_actor_ptr desk;
  {
    const std::lock_guard lock{mutex_};
    if (desk_ == nullptr) return;
    desk = desk_;
    number = ++last_call_;
    calls_.emplace(number, call{from, actor.get()});
  }
  actor->enqueue(std::move(desk), caf::make_message_id(number), std::move(request), nullptr);
}

void caf_bridge_core::finish_call(std::uint64_t number, const caf::type_erased_tuple& answer) {
  term from;
  {
    const std::lock_guard lock{mutex_};
    const auto found = calls_.find(number);
    if (found == calls_.end()) return;
    from = std::move(found->second.from);
    calls_.erase(found);
  }
  if (answer.match_elements<caf::error>()) {
    const auto& why = answer.get_as<caf::error>(0);
    // The caller monitors the actor's pid: that it has ended is told there, with the reason.
    if (why != caf::sec::request_receiver_down) reply(from, tuple("error"_atom, to_reason(why)));
    return;
  }
  auto made = caf_message_to_term(*this, answer);
  reply(from, made ? *std::move(made) : tuple("error"_atom, tuple("unexpected_message"_atom, binary(made.error()))));
}

// -- on the node ----------------------------------------------------------------------------------------------------------------------------------

bool caf_bridge_core::send(const term& to, term message) const {
  const std::shared_lock open{gate_};
  if (on_ == nullptr) return false;
  on_->send(to, std::move(message));
  return true;
}

bool caf_bridge_core::tell_keeper(term message) const {
  const std::shared_lock open{gate_};
  if (on_ == nullptr) return false;
  on_->send(keeper_, std::move(message));
  return true;
}

void caf_bridge_core::reply(const term& from, term message) const {
  if (!from.is_tuple() || from.size() != 2) return;
  const term& tag = from[1];
  const bool by_alias = tag.is_cons() && tag.head().is("alias"_atom) && tag.tail().is_reference();
  if (by_alias)
    send(tag.tail(), tuple(tag, std::move(message)));
  else if (from[0].is_pid())
    send(from[0], tuple(tag, std::move(message)));
}

bool caf_bridge_core::exit(const pid& to, const term& reason, const pid& from) const {
  const std::shared_lock open{gate_};
  if (on_ == nullptr) return false;
  on_->exit(to, reason, from);
  return true;
}

bool caf_bridge_core::is_open() const {
  const std::shared_lock open{gate_};
  return on_ != nullptr && !on_->is_halting();
}

} // namespace agner::internal
