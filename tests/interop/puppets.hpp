// SPDX-License-Identifier: Apache-2.0
// Puppets on two nodes, and what a test says to them: programs/puppet.hpp tells what they understand, agner_peer.erl has the same of Erlang's.

#pragma once

#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>

#include <chrono>

namespace agner::test {

/// What is awaited longer than this does not come.
inline constexpr std::chrono::seconds patience{15};

/// A fresh puppet on @p where.
inline task<pid> puppet_on(atom where) {
  co_return co_await gen_server::call<pid>({"puppet_master"_atom, where}, "new"_atom, patience);
}

inline void tell(pid puppet, term command) { send(puppet, tuple("do"_atom, self(), std::move(command))); }

/// What @p puppet answers to an order that it was told.
inline task<term> answer_of(pid puppet) {
  co_return co_await receive(on(match("done"_atom, puppet, any<term>), [](term result) { return result; }),
                             after(patience, [] { return term{"no_answer"_atom}; }));
}

inline task<term> order(pid puppet, term command) {
  tell(puppet, std::move(command));
  co_return co_await answer_of(puppet);
}

/// A fresh puppet that traps exits and tells the caller all that it gets.
inline task<pid> witness_on(atom where) {
  const pid made = co_await puppet_on(where);
  co_await order(made, tuple("trap_exit"_atom, true));
  co_await order(made, tuple("forward_to"_atom, self()));
  co_return made;
}

/// The next message that @p witness got.
inline task<term> got(pid witness) {
  co_return co_await receive(on(match("got"_atom, witness, any<term>), [](term what) { return what; }),
                             after(patience, [] { return term{"nothing"_atom}; }));
}

/// Why what is watched under @p ref ended.
inline task<term> end_of(reference ref) {
  co_return co_await receive(on(match("DOWN"_atom, ref, "process"_atom, _, any<term>), [](term why) { return why; }),
                             after(patience, [] { return term{"alive"_atom}; }));
}

/// Whether nothing has come for @p witness that @p from, which lives, has sent before.
inline task<bool> nothing_came(pid witness, pid from) {
  co_await order(from, tuple("send"_atom, witness, "end_of_all"_atom));
  co_return (co_await got(witness)).is("end_of_all"_atom);
}

} // namespace agner::test
