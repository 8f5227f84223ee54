// SPDX-License-Identifier: Apache-2.0

#include "lingering_close.hpp"

#include <array>

#include "../../actors/process.hpp"
#include "limits.hpp"

namespace agner::ssl::internal {
namespace {

class lingering {
public:
  explicit lingering(wire& of) : of_(of) {}

  /// True once nothing is left to do.
  bool step() {
    if (!finished_ && of_.flush()) {
      finished_ = true;
      if (!of_.below().shutdown(shutdown_how::write)) return true;
    }
    return drain();
  }
  [[nodiscard]] readiness::direction waits_for() const noexcept {
    return finished_ ? readiness::direction::input : readiness::direction::output;
  }

private:
  bool drain() {
    std::array<std::byte, 4096> dropped;
    const auto got = of_.below().read(dropped);
    return got.what == io_result::status::closed || got.what == io_result::status::failed;
  }

  wire& of_;
  bool finished_ = false;
};

task<> linger(std::unique_ptr<wire>& of) {
  lingering work{*of};
  const reference ready = make_ref();
  const reference over = start_timer(linger_time, self(), "linger"_atom);
  bool done = work.step();
  while (!done) {
    of->below().notify(work.waits_for(), self(), tuple("$ready"_atom, ready));
    done = co_await receive(on(match("$ready"_atom, ready), [&work] { return work.step(); }),
                            on(match("timeout"_atom, over, _), [] { return true; }));
  }
}

} // namespace

void close_lingering(std::unique_ptr<wire> of) {
  if (of->input_ended() && of->flush()) return;
  spawn(linger, std::move(of));
}

} // namespace agner::ssl::internal
