// SPDX-License-Identifier: Apache-2.0
// What gen_server and supervisor say to the log, in OTP's words. For the process that the report is about; nothing here raises. Mechanism: docs/logging.md.

#pragma once

#include <optional>

#include "../../runtime/error.hpp"
#include "../../runtime/term.hpp"

namespace agner::internal {

/// Why a server ends, for whoever reads the log.
struct server_end {
  raised_class cls;
  term reason;
  /// Nil where the reason was not raised but given.
  term stack;
  /// What it handled last, `[]` where it was told to end; nothing during its start.
  std::optional<term> last_message;
  /// {Pid, Tag} of whom it was handled for.
  std::optional<term> client;
};

/// @p name: the registered name or the pid. @source OTP 25 gen_server.erl: format_log
void report_server_end(const term& name, const server_end& how, const term& state) noexcept;
/// The whole of the process that calls this, which crashed. @source OTP 25 proc_lib.erl: crash_report, format
void report_crash(atom module, const server_end& how, const pid& parent) noexcept;
/// @source OTP 25 supervisor.erl: ?report_error
void report_supervisor(const term& name, atom context, const term& reason, const term& offender) noexcept;
/// @source OTP 25 supervisor.erl: report_progress
void report_progress(const term& name, const term& started) noexcept;

} // namespace agner::internal
