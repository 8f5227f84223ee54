// SPDX-License-Identifier: Apache-2.0
// What the nodes say to each other. word_count.erl sends and takes the same terms; the comments are what they look like there.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <agner/runtime/struct_mapping.hpp>
#include <agner/runtime/term.hpp>

namespace word_count {

using namespace agner;

// -- calls of the coordinator to the foreman of a node --------------------------------------------------------------------------------

/// {hire, Workers}
struct hire {
  static constexpr auto tag = "hire"_atom;
  std::int64_t workers;
};
/// {hired, OsPid, [Worker]}: the reply
struct hired {
  static constexpr auto tag = "hired"_atom;
  std::int64_t os_pid;
  std::vector<pid> workers;
};

// -- between coordinator and workers ----------------------------------------------------------------------------------------------------

/// {count, File}
struct count {
  static constexpr auto tag = "count"_atom;
  std::string file;
};
/// {counted, Worker, File, Words}: a cast
struct counted {
  static constexpr auto tag = "counted"_atom;
  pid by;
  std::string file;
  std::int64_t words;
};
/// {unreadable, Worker, File, Reason}: a cast
struct unreadable {
  static constexpr auto tag = "unreadable"_atom;
  pid by;
  std::string file;
  term reason;
};

/// {'DOWN', Ref, process, Pid, Reason}
struct down {
  static constexpr auto tag = "DOWN"_atom;
  reference monitor;
  decltype("process"_atom) kind;
  pid process;
  term reason;
};
/// {nodedown, Node}
struct nodedown {
  static constexpr auto tag = "nodedown"_atom;
  atom node;
};

// -- calls to the coordinator -------------------------------------------------------------------------------------------------------------

/// total: {ok, Words} once every file is counted, or {error, Why}
struct total {
  static constexpr auto tag = "total"_atom;
};
/// files: their names, as binaries
struct files {
  static constexpr auto tag = "files"_atom;
};
/// {compared, Words}: what the caller has counted itself; ok
struct compared {
  static constexpr auto tag = "compared"_atom;
  std::int64_t words;
};
/// report: what is below, once somebody has compared or nothing more can come
struct report {
  static constexpr auto tag = "report"_atom;
};

/// What one node counted.
struct share {
  atom node;
  std::int64_t files;
  std::int64_t words;
};
/// How it went.
struct account {
  std::vector<share> shares;
  std::int64_t files;
  std::int64_t words;
  double seconds;
  /// Why not all was counted; empty if all was.
  std::string fault;
  /// What the node that asked for the total counted itself.
  std::optional<std::int64_t> compared;
  atom victim;
  /// Files that the victim held when it was killed, and others counted.
  std::int64_t reassigned;
  /// The reason in the DOWN of its workers; `undefined` if none came.
  term loss;
};

} // namespace word_count
