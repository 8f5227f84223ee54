// SPDX-License-Identifier: Apache-2.0

#include "caf_processes.hpp"

#include <caf/exit_reason.hpp>
#include <caf/system_messages.hpp>

#include <unordered_set>
#include <utility>

#include "../../runtime/log.hpp"
#include "../../runtime/reasons.hpp"
#include "../../runtime/term_builders.hpp"
#include "../exit.hpp"
#include "../links.hpp"
#include "../receive.hpp"
#include "../send.hpp"
#include "../spawn.hpp"
#include "caf_messages.hpp"

namespace agner::internal {

term caf_ended(term reason) { return tuple("$caf_ended"_atom, std::move(reason)); }
term caf_watch(const pid& process) { return tuple("$caf_watch"_atom, process); }
term caf_relay(const pid& process, term message) { return tuple("$caf_relay"_atom, process, std::move(message)); }
term caf_relay_exit(const pid& process, term reason, const pid& from) {
  return tuple("$caf_exit"_atom, process, std::move(reason), from);
}
term caf_stop() { return "$caf_stop"_atom; }

namespace {

// -- standing for an actor --------------------------------------------------------------------------------------------------------------------

/// An argument of the process, not a variable in its frame: one that is killed before its first turn has no frame.
class stand_in {
public:
  stand_in(std::shared_ptr<caf_bridge_core> core, std::shared_ptr<caf_stand_in> of)
      : alive_(core), core_(std::move(core)), of_(std::move(of)) {}
  stand_in(stand_in&&) noexcept = default;
  stand_in& operator=(stand_in&&) = delete;
  // Killed by somebody, and not with its node or bridge: so is the actor. Where there was no room for the process, it is another that runs.
  ~stand_in() {
    const process_core* const here = current_process_or_null();
    if (core_ == nullptr || ended_ || here == nullptr || !here->is_ending() || !core_->is_open()) return;
    pass(caf::make_message(exit_from({}, caf::make_error(caf::exit_reason::kill))));
  }

  void take(term message) {
    if (message.is_tagged("$caf_ended"_atom, 2)) {
      ended_ = true;
      exit(message[1]);
    }
    if (message.is_tagged("$caf_flush"_atom, 3) && message[1].is_pid()) {
      send(message[1].as_pid(), message[2]);
    } else if (message.is_tagged("EXIT"_atom, 3) && message[1].is_pid()) {
      pass(caf::make_message(exit_from(message[1].as_pid(), to_caf_error(message[2]))));
    } else if (message.is_tagged("$gen_call"_atom, 3) && message[1].is_tuple() && message[1].size() == 2) {
      take_call(message[1], message[2]);
    } else if (message.is_tagged("$gen_cast"_atom, 2)) {
      take_message(message[1]);
    } else if (!message.is_tuple() || message.size() != 2 || !message[0].is_reference() ||
               !core_->finish_request(message[0].as_reference(), message[1])) {
      take_message(message);
    }
  }

private:
  caf::exit_msg exit_from(const pid& source, caf::error why) {
    const auto from = source.id == 0 ? nullptr : core_->actor_of(source);
    return {caf::actor_cast<caf::actor_addr>(from), std::move(why)};
  }

  void pass(caf::message message) {
    if (const auto actor = of_->actor.lock())
      actor->enqueue(nullptr, caf::make_message_id(), std::move(message), nullptr);
  }

  [[nodiscard]] std::optional<caf::message> read(const term& message) const {
    const auto readers = core_->readers_of(*of_);
    if (readers == nullptr || readers->empty()) return term_to_caf_message(*core_, message);
    for (const caf_reader& each : *readers)
      if (auto read = each(*core_, message)) return read;
    return std::nullopt;
  }

  void take_message(const term& message) {
    if (auto read_as = read(message))
      pass(*std::move(read_as));
    else
      log::warning("A message to the actor ~p was dropped, which takes none such: ~p", self(), message);
  }

  void take_call(const term& from, const term& request) {
    const auto actor = of_->actor.lock();
    if (actor == nullptr) return; // its end, which comes next, is the caller's answer
    if (auto read_as = read(request))
      core_->send_call(actor, from, *std::move(read_as));
    else
      core_->reply(from, tuple("error"_atom, tuple("unexpected_message"_atom, request)));
  }

  caf_bridge_core::living alive_; // counted until all else is done
  std::shared_ptr<caf_bridge_core> core_;
  std::shared_ptr<caf_stand_in> of_;
  bool ended_ = false;
};

task<> stand_for_actor(stand_in& me) {
  trap_exit(true);
  for (;;)
    co_await receive([&](term message) { me.take(std::move(message)); });
}

// -- keeping watch ------------------------------------------------------------------------------------------------------------------------------

// A process with a handle has ended. What it sent to actors before goes through their stand-ins: they first hand that on.
task<> mourn(caf_bridge_core::living, std::shared_ptr<caf_bridge_core> core, pid process, term reason) {
  std::unordered_set<reference> flushing;
  for (const pid& each : core->stand_ins()) {
    const reference ref = monitor(each);
    flushing.insert(ref);
    send(each, tuple("$caf_flush"_atom, self(), ref));
  }
  while (!flushing.empty()) {
    co_await receive([&](term what) {
      const auto ref = (what.is_tagged("DOWN"_atom, 5) ? what[1] : what).to_reference();
      if (ref) flushing.erase(*ref);
    });
  }
  core->process_ended(process, reason);
}

} // namespace

pid spawn_stand_in(node& on, const std::shared_ptr<caf_bridge_core>& core, const std::shared_ptr<caf_stand_in>& of) {
  return on.spawn(stand_for_actor, stand_in{core, of});
}

task<> caf_keeper_process(caf_bridge_core::living, std::shared_ptr<caf_bridge_core> core, caf_closing) {
  for (bool open = true; open;) {
    co_await receive([&](term what) {
      if (what.is_tagged("DOWN"_atom, 5)) {
        if (what[3].is_pid()) spawn(mourn, caf_bridge_core::living{core}, core, what[3].as_pid(), what[4]);
        return;
      }
      if (what == caf_stop()) open = false;
      if (!what.is_tuple() || what.size() < 2 || !what[1].is_pid()) return;
      const pid process = what[1].as_pid();
      if (what.is_tagged("$caf_watch"_atom, 2))
        monitor(process);
      else if (what.is_tagged("$caf_relay"_atom, 3))
        send(process, what[2]);
      else if (what.is_tagged("$caf_exit"_atom, 4) && what[3].is_pid())
        core->exit(process, what[2], what[3].as_pid());
      core->relayed(process);
    });
  }
}

} // namespace agner::internal
