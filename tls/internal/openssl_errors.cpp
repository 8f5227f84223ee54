// SPDX-License-Identifier: Apache-2.0

#include "openssl_errors.hpp"

#include <openssl/err.h>

namespace agner::ssl::internal {

void clear_openssl_errors() noexcept { ERR_clear_error(); }

std::string take_openssl_error() {
  const char* data = nullptr;
  int flags = 0;
  const unsigned long code = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags);
  if (code == 0) return "unknown error";

  std::string text;
  if (const char* reason = ERR_reason_error_string(code))
    text = reason;
  else
    text = "error " + std::to_string(ERR_GET_REASON(code));
  if ((flags & ERR_TXT_STRING) != 0 && data != nullptr && *data != '\0') text.append(" (").append(data).append(")");
  ERR_clear_error();
  return text;
}

bool openssl_error_is(int library, int reason) noexcept {
  const unsigned long code = ERR_peek_error();
  return ERR_GET_LIB(code) == library && ERR_GET_REASON(code) == reason;
}

} // namespace agner::ssl::internal
