// SPDX-License-Identifier: Apache-2.0

#include "stream_wait.hpp"

#include <algorithm>

#include "../../actors/process.hpp"

namespace agner::dist::internal {

using std::chrono::milliseconds;

milliseconds time_left(clock::time_point deadline) {
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(deadline - this_node().scheduler().time().now()));
}

namespace {

task<result<>> wait(transport& on_this, transport::direction what, clock::time_point deadline) {
  const milliseconds left = deadline == no_deadline ? infinity : time_left(deadline);
  if (left.count() == 0) co_return fail("timeout"_atom);
  const reference ref = make_ref();
  on_this.notify(what, self(), tuple("$ready"_atom, ref));
  co_return co_await receive(on(match("$ready"_atom, ref), []() -> result<> { return {}; }),
                             after(left, []() -> result<> { return fail("timeout"_atom); }));
}

} // namespace

task<result<>> readable(transport& from, clock::time_point deadline) {
  return wait(from, transport::direction::input, deadline);
}

task<result<bool>> read_some(transport& from, std::vector<std::byte>& into, std::size_t bytes_max,
                             clock::time_point deadline) {
  constexpr std::size_t step = 4096;
  const std::size_t have = into.size();
  if (have >= bytes_max) co_return fail("too_long"_atom);
  for (;;) {
    into.resize(std::min(have + step, bytes_max));
    const io_result got = from.read(std::span{into}.subspan(have));
    into.resize(have + got.bytes);
    switch (got.what) {
    case io_result::status::done: co_return true;
    case io_result::status::closed: co_return false;
    case io_result::status::failed: co_return fail(got.reason);
    case io_result::status::would_block: break;
    }
    if (auto waited = co_await wait(from, transport::direction::input, deadline); !waited)
      co_return std::unexpected(waited.error());
  }
}

task<result<>> write_all(transport& to, std::span<const std::byte> bytes, clock::time_point deadline) {
  while (!bytes.empty()) {
    const std::span<const std::byte> pieces[] = {bytes};
    const io_result done = to.write(pieces);
    bytes = bytes.subspan(done.bytes);
    if (done.what == io_result::status::closed) co_return fail("closed"_atom);
    if (done.what == io_result::status::failed) co_return fail(done.reason);
    if (done.what != io_result::status::would_block) continue;
    if (auto waited = co_await wait(to, transport::direction::output, deadline); !waited) co_return waited;
  }
  co_return result<>{};
}

} // namespace agner::dist::internal
