// SPDX-License-Identifier: Apache-2.0
// For programs that mix processes with CAF's actors: the one header of agner's that shows CAF. A caf_bridge joins a node with an actor_system; actors then have pids and
// processes have handles. Messages, requests, monitors and links cross it by the rules of docs/caf.md. A program whose actor_system is to run the processes too makes its node
// with `scheduler::on(system)`.

#pragma once

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/type_nr.hpp>

#include <memory>
#include <typeindex>
#include <utility>

#include "../runtime/node.hpp"
#include "caf_mapping.hpp"

namespace agner {

/// Joins a node with an actor_system. While it lives, actors of the system have pids in the node, and processes, of any node, have handles in the system. When it goes, or the
/// node or the actor_system ends before it, the one side sees the other end: pids of actors with reason `noconnection`, handles with `remote_link_unreachable`.
///
/// Its functions may be called from any thread, also by actors and processes.
class caf_bridge {
public:
  /// @param of    lives as long as the bridge, or ends before it
  /// @param with  the same
  /// @errors raises exit `killed`  the node is going down
  /// @context a thread that runs no process
  caf_bridge(node& of, caf::actor_system& with);
  /// Waits until its processes have ended. @context a thread that runs neither a process nor an actor
  ~caf_bridge();
  caf_bridge(const caf_bridge&) = delete;
  caf_bridge& operator=(const caf_bridge&) = delete;

  /// Has messages with elements of these types cross from actors to processes; each is a type that `to_term` takes. Types of CAF's own need not be named.
  template <class... Types>
  void know() {
    (know(typeid(Types), &internal::write_caf_element<Types>), ...);
  }

  /// The handle of a process: messages to it are sent to the process, its end is the process' end. Equal for equal pids while the process lives.
  /// The pid of an actor gives the actor itself.
  ///
  /// @tparam Handle  caf::actor, or the typed handle whose messages the process takes: nothing checks that it does
  /// @param answers  the kinds of answers to requests, each a `takes<...>`; a typed handle has them. Where none is named, docs/caf.md says what the elements are.
  /// @returns a handle; an invalid one once the bridge is closed
  template <class Handle = caf::actor, class... Answers>
  [[nodiscard]] Handle actor_of(const pid& process, Answers...) {
    internal::caf_answers answers = internal::caf_interface<Handle>::answers();
    (answers.push_back({[](const caf::type_erased_tuple&) { return true; }, internal::caf_reader_of<Answers>::make()}),
     ...);
    internal::caf_interface<Handle>::each_in([this]<class T>() { this->template learn<T>(); });
    return caf::actor_cast<Handle>(actor_of(process, std::move(answers)));
  }

  /// The pid of an actor: what is sent to it goes to the actor, as the first kind of message that the actor takes and the term is. The kinds are those of a typed handle's
  /// signatures or, for others, those named, `pid_of(actor, takes<add_atom, int>{}, takes<get_atom>{})`; where none is named, docs/caf.md says what the elements are.
  /// The same pid for the same actor while it lives. A pid keeps no actor alive. A handle of a process gives the pid of the process.
  ///
  /// @param of        any handle or pointer to an actor
  /// @param messages  the kinds of messages, each a `takes<...>`
  /// @returns a pid, that of nobody once the bridge is closed
  template <class Actor, class... Messages>
  [[nodiscard]] pid pid_of(const Actor& of, Messages...) {
    internal::caf_readers readers = internal::caf_interface<Actor>::readers();
    (readers.push_back(internal::caf_reader_of<Messages>::make()), ...);
    internal::caf_interface<Actor>::each_out([this]<class T>() { this->template learn<T>(); });
    return pid_of(caf::actor_cast<caf::strong_actor_ptr>(of), std::move(readers));
  }

private:
  template <class T>
  void learn() {
    if constexpr (caf::type_nr<T>::value == 0) know<T>();
  }
  void know(std::type_index type, internal::caf_writer writer);
  caf::strong_actor_ptr actor_of(const pid& process, internal::caf_answers answers);
  pid pid_of(caf::strong_actor_ptr of, internal::caf_readers readers);

  std::shared_ptr<internal::caf_bridge_core> core_;
};

} // namespace agner
