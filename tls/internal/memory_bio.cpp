// SPDX-License-Identifier: Apache-2.0

#include "memory_bio.hpp"

#include <new>

namespace agner::ssl::internal {
namespace {

memory_streams& streams(BIO* of) { return *static_cast<memory_streams*>(BIO_get_data(of)); }

int read_some(BIO* bio, char* into, std::size_t size, std::size_t* got) {
  auto& from = streams(bio);
  BIO_clear_retry_flags(bio);
  *got = from.input_withheld ? 0 : from.input.take({reinterpret_cast<std::byte*>(into), size});
  if (*got != 0) return 1;
  BIO_set_retry_read(bio);
  return 0;
}

/// Takes everything: how much may wait is decided before something is given to OpenSSL, not while it writes.
int write_all(BIO* bio, const char* from, std::size_t size, std::size_t* taken) {
  BIO_clear_retry_flags(bio);
  try {
    streams(bio).output.write({reinterpret_cast<const std::byte*>(from), size});
  } catch (const std::bad_alloc&) {
    return 0; // no exception crosses OpenSSL's frames; a write that fails without a retry ends the connection
  }
  *taken = size;
  return 1;
}

long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

struct bio_method {
  BIO_METHOD* value = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "agner memory");

  bio_method() {
    if (value == nullptr) throw std::bad_alloc{};
    BIO_meth_set_read_ex(value, read_some);
    BIO_meth_set_write_ex(value, write_all);
    BIO_meth_set_ctrl(value, control);
  }
  ~bio_method() { BIO_meth_free(value); }
  bio_method(const bio_method&) = delete;
  bio_method& operator=(const bio_method&) = delete;
};

} // namespace

bio_ptr make_memory_bio(memory_streams& over) {
  static const bio_method method;
  bio_ptr made{BIO_new(method.value)};
  if (!made) throw std::bad_alloc{};
  BIO_set_data(made.get(), &over);
  BIO_set_init(made.get(), 1);
  return made;
}

} // namespace agner::ssl::internal
