// SPDX-License-Identifier: Apache-2.0
// Parameters of applications, as `-ssl protocol_version "['tlsv1.2']"` on a command line sets them, and the flags that a node was started with. They belong to a node. Any thread.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../runtime/atom.hpp"
#include "../runtime/node.hpp"
#include "../runtime/term.hpp"

namespace agner::application {

/// The parameter @p key of the application @p of; nothing where nobody set it. Without node: of the calling process' node.
/// @context any thread; a process
/// @erlang  application:get_env/2
std::optional<term> get_env(node& on, atom of, atom key);
std::optional<term> get_env(atom of, atom key);

/// Sets it, for what asks from now on.
/// @context any thread; a process
/// @erlang  application:set_env/3
void set_env(node& on, atom of, atom key, term value);
void set_env(atom of, atom key, term value);

/// @erlang application:unset_env/2
void unset_env(node& on, atom of, atom key);
void unset_env(atom of, atom key);

/// `[{Key, Value}]`, in the order of the keys' names. @erlang application:get_all_env/1
term get_all_env(node& on, atom of);
term get_all_env(atom of);

} // namespace agner::application

namespace agner::init {

/// A flag and its values.
using flag = std::pair<std::string, std::vector<std::string>>;

/// The flags that the node was started with, from the command line, files and variables, in their order: `[{sname, ["a"]}, {ssl_dist_opt, ["server_certfile", "cert.pem"]}]`.
/// Empty for a node that was made without.
/// @context any thread; a process
/// @erlang  init:get_arguments/0
term get_arguments(node& on);
term get_arguments();
/// The values of each flag @p name, `[["a"], ["b", "c"]]`; nothing where it was not given. @erlang init:get_argument/1
std::optional<term> get_argument(node& on, atom name);
std::optional<term> get_argument(atom name);

/// For who starts a node.
void set_arguments(node& on, std::vector<flag> to);

} // namespace agner::init
