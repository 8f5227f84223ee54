// SPDX-License-Identifier: Apache-2.0

#include "io_driver.hpp"

#include <boost/asio/post.hpp>

namespace agner::internal {

void io_driver::interrupt() {
  boost::asio::post(context_, [] {});
}

} // namespace agner::internal
