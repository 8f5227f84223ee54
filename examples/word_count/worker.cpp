// SPDX-License-Identifier: Apache-2.0

#include "worker.hpp"

#include <unistd.h>

#include <utility>

#include <agner/actors/process.hpp>

#include "words.hpp"

namespace word_count {

task<> worker(pid coordinator) {
  const reference watch = monitor(coordinator);
  for (bool wanted = true; wanted;)
    co_await receive(
        [&](count what) -> task<> {
          const auto words = co_await words_of_file(what.file);
          if (words)
            gen_server::cast(coordinator, counted{self(), std::move(what.file), *words});
          else
            gen_server::cast(coordinator, unreadable{self(), std::move(what.file), words.error().reason()});
        },
        on(match("DOWN"_atom, watch, _, _, _), [&]() -> task<> {
          wanted = false;
          co_return;
        }));
}

hired foreman::handle_call(hire what, const gen_server::from& who) {
  monitor(who.process());
  hired crew{.os_pid = ::getpid(), .workers = {}};
  for (std::int64_t i = 0; i < what.workers; ++i)
    crew.workers.push_back(spawn_link(worker, who.process()));
  return crew;
}

} // namespace word_count
