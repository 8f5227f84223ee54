// SPDX-License-Identifier: Apache-2.0

#include "readiness.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <utility>

#include "error.hpp"
#include "internal/io_driver.hpp"
#include "node.hpp"
#include "term_builders.hpp"

namespace agner {

struct readiness::watch {
  watch(internal::io_driver& io, int descriptor) : driver(io), at(io.context()) {
    boost::system::error_code failed;
    at.assign(descriptor, failed);
    if (failed) raise_error(tuple("watch"_atom, failed.value()));
  }
  ~watch() { at.release(); } // cancels what was asked; the handlers run with an error and send nothing
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;

  internal::io_driver& driver;
  boost::asio::posix::stream_descriptor at;
};

readiness::readiness(scheduler& on, int descriptor) : watch_(std::make_unique<watch>(on.io(), descriptor)) {}
readiness::~readiness() = default;
readiness::readiness(readiness&&) noexcept = default;
readiness& readiness::operator=(readiness&&) noexcept = default;

void readiness::notify(direction what, const pid& to, term message) {
  using descriptor = boost::asio::posix::stream_descriptor;
  internal::io_driver& io = watch_->driver;
  io.begin_wait();
  // The handler holds the pid only: the process may be gone when it runs.
  watch_->at.async_wait(what == direction::input ? descriptor::wait_read : descriptor::wait_write,
                        [&io, to, message = std::move(message)](const boost::system::error_code& failed) mutable {
                          io.end_wait();
                          if (failed == boost::asio::error::operation_aborted) return;
                          if (node* on = node::local(to.home)) on->send(to, std::move(message));
                        });
}

} // namespace agner
