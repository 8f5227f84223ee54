// SPDX-License-Identifier: Apache-2.0

#include "puppet.hpp"

#include <agner/runtime/term_builders.hpp>

#include <optional>

#include "connected_nodes.hpp"

namespace agner::interop {

namespace {

struct order {
  static constexpr auto tag = "do"_atom;
  pid from;
  term command;
};
struct done {
  static constexpr auto tag = "done"_atom;
  pid puppet;
  term result;
};
struct got {
  static constexpr auto tag = "got"_atom;
  pid puppet;
  term message;
};

/// What a puppet remembers.
struct strings {
  std::optional<pid> forward_to;
};

const term yes{true};

[[noreturn]] void not_understood(const term& command) { raise_error(tuple("unknown_command"_atom, command)); }

/// Commands that are a bare atom.
term obey_word(atom word) {
  if (word == "self"_atom) return self();
  if (word == "nodes"_atom) return connected_nodes();
  if (word == "spawn"_atom) return spawn(puppet);
  if (word == "spawn_link"_atom) return spawn_link(puppet);
  if (word == "spawn_monitor"_atom) {
    const monitored_process made = spawn_monitor(puppet);
    return tuple(made.process, made.monitor);
  }
  not_understood(word);
}

/// Commands {Name, Argument}.
term obey_one(const term& command, strings& held) {
  const term& argument = command[1];
  const auto is = [&](atom name) { return command.is_tagged(name, 2); };
  if (is("link"_atom)) return link(argument.as_pid()), yes;
  if (is("unlink"_atom)) return unlink(argument.as_pid()), yes;
  if (is("monitor"_atom)) return monitor(destination{argument});
  if (is("demonitor"_atom)) return demonitor(argument.as_reference()), yes;
  if (is("register"_atom)) return register_(argument.as_atom(), self()), yes;
  if (is("forward_to"_atom)) return held.forward_to = argument.as_pid(), yes;
  if (is("trap_exit"_atom)) return trap_exit(argument.is("true"_atom));
  if (is("exit"_atom)) exit(argument);
  if (is("whereis"_atom)) {
    const auto found = whereis(argument.as_atom());
    return found ? term{*found} : term{"undefined"_atom};
  }
  not_understood(command);
}

// Of the options only the tag: what else there is shows on this side only.
monitor_options options_of(const term& list) {
  monitor_options how;
  for (const term& option : list.as_list())
    if (option.is_tagged("tag"_atom, 2)) how.tag = option[1];
  return how;
}

/// Commands {Name, Argument, Argument}.
term obey_two(const term& command) {
  if (command.is_tagged("exit"_atom, 3)) return exit(command[1].as_pid(), command[2]), yes;
  if (command.is_tagged("send"_atom, 3)) return send(destination{command[1]}, command[2]), command[2];
  if (command.is_tagged("monitor"_atom, 3) && command[2].is_list())
    return monitor(destination{command[1]}, options_of(command[2]));
  not_understood(command);
}

term obey(const term& command, strings& held) {
  if (const auto word = command.to_atom()) return obey_word(*word);
  if (command.is_tuple() && command.size() == 2) return obey_one(command, held);
  if (command.is_tuple() && command.size() == 3) return obey_two(command);
  not_understood(command);
}

} // namespace

task<> puppet() {
  strings held;
  for (;;)
    co_await receive(
        [&held](order what) -> task<> {
          term result = obey(what.command, held);
          co_await send(what.from, done{self(), std::move(result)});
        },
        [&held](term message) -> task<> {
          if (held.forward_to) co_await send(*held.forward_to, got{self(), std::move(message)});
        });
}

} // namespace agner::interop
