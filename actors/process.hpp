// SPDX-License-Identifier: Apache-2.0
// What programs are written in: start here. Includes all that a process does.

#pragma once

#include "dictionary.hpp"   // IWYU pragma: export
#include "exit.hpp"         // IWYU pragma: export
#include "group_leader.hpp" // IWYU pragma: export
#include "hibernate.hpp"    // IWYU pragma: export
#include "links.hpp"        // IWYU pragma: export
#include "names.hpp"        // IWYU pragma: export
#include "process_flag.hpp" // IWYU pragma: export
#include "process_info.hpp" // IWYU pragma: export
#include "receive.hpp"      // IWYU pragma: export
#include "run.hpp"          // IWYU pragma: export
#include "send.hpp"         // IWYU pragma: export
#include "spawn.hpp"        // IWYU pragma: export
#include "spawn_opt.hpp"    // IWYU pragma: export
#include "task.hpp"         // IWYU pragma: export
#include "timers.hpp"       // IWYU pragma: export

#include "../runtime/error.hpp"          // IWYU pragma: export
#include "../runtime/log.hpp"            // IWYU pragma: export
#include "../runtime/struct_mapping.hpp" // IWYU pragma: export
#include "../runtime/term_builders.hpp"  // IWYU pragma: export
