// SPDX-License-Identifier: Apache-2.0
// The BIO that OpenSSL reads and writes through: an input_buffer and an output_queue, no system call. One a connection; whoever owns the connection uses it.

#pragma once

#include "input_buffer.hpp"
#include "openssl_handles.hpp"
#include "output_queue.hpp"

namespace agner::ssl::internal {

struct memory_streams {
  input_buffer input;
  output_queue output;
  /// OpenSSL finds no input, whatever there is.
  bool input_withheld = false;
};

/// A BIO on @p over, which must outlive it.
bio_ptr make_memory_bio(memory_streams& over);

} // namespace agner::ssl::internal
