// SPDX-License-Identifier: Apache-2.0
// Looking into a server and holding it still: the system messages that every gen_server, supervisor and OTP process understands. All functions are for processes.

#pragma once

#include <chrono>

#include "gen.hpp"
#include "task.hpp"

namespace agner::sys {

/// What a server holds. One of agner's answers what its state() gives.
/// @errors raises exit as gen_server::call, with {sys, get_state, Arguments}; error {callback_failed, Where, What}  its state() raised
/// @erlang sys:get_state/1,2
task<term> get_state(destination of, std::chrono::milliseconds timeout = gen::default_timeout);

/// {status, Pid, {module, gen_server}, [Dictionary, running | suspended, Parent, Debug, Misc]}.
/// @errors raises exit as get_state
/// @erlang sys:get_status/1,2
task<term> get_status(destination of, std::chrono::milliseconds timeout = gen::default_timeout);

/// From now on it handles nothing but system messages; other messages wait.
/// @errors raises exit as get_state
/// @erlang sys:suspend/1,2
task<> suspend(destination what, std::chrono::milliseconds timeout = gen::default_timeout);

/// @errors raises exit as get_state
/// @erlang sys:resume/1,2
task<> resume(destination what, std::chrono::milliseconds timeout = gen::default_timeout);

/// Tells it to end with @p reason. Returns when it has been told, not when it has ended: gen_server::stop waits for that.
/// @errors raises exit as get_state
/// @erlang sys:terminate/2,3
task<> terminate(destination what, term reason, std::chrono::milliseconds timeout = gen::default_timeout);

} // namespace agner::sys
