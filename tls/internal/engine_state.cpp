// SPDX-License-Identifier: Apache-2.0

#include "engine_state.hpp"

namespace agner::ssl::internal {
namespace {

// OpenSSL names the message handled last, OTP what is waited for.

const char* client_state_1_2(OSSL_HANDSHAKE_STATE last) {
  switch (last) {
  case TLS_ST_BEFORE:
  case TLS_ST_CW_CLNT_HELLO: return "hello";
  case TLS_ST_CR_SRVR_HELLO:
  case TLS_ST_CR_CERT:
  case TLS_ST_CR_CERT_STATUS:
  case TLS_ST_CR_KEY_EXCH:
  case TLS_ST_CR_CERT_REQ: return "certify";
  case TLS_ST_OK: return "connection";
  default: return "cipher";
  }
}

const char* client_state_1_3(OSSL_HANDSHAKE_STATE last) {
  switch (last) {
  case TLS_ST_BEFORE: return "start";
  case TLS_ST_CW_CLNT_HELLO: return "wait_sh";
  case TLS_ST_CR_SRVR_HELLO: return "wait_ee";
  case TLS_ST_CR_ENCRYPTED_EXTENSIONS: return "wait_cert_cr";
  case TLS_ST_CR_CERT_REQ:
  case TLS_ST_CR_CERT: return "wait_cert";
  case TLS_ST_CR_CERT_VRFY: return "wait_finished";
  default: return "connection";
  }
}

const char* server_state_1_2(OSSL_HANDSHAKE_STATE last) {
  switch (last) {
  case TLS_ST_BEFORE:
  case TLS_ST_SR_CLNT_HELLO: return "hello";
  case TLS_ST_SR_KEY_EXCH:
  case TLS_ST_SR_CERT_VRFY:
  case TLS_ST_SR_CHANGE: return "cipher";
  case TLS_ST_OK: return "connection";
  default: return "certify";
  }
}

const char* server_state_1_3(OSSL_HANDSHAKE_STATE last) {
  switch (last) {
  case TLS_ST_BEFORE:
  case TLS_ST_SR_CLNT_HELLO: return "start";
  case TLS_ST_SR_CERT_VRFY: return "wait_finished";
  case TLS_ST_OK: return "connection";
  default: return "wait_cert";
  }
}

} // namespace

std::string state_name(const SSL* of) {
  const auto last = SSL_get_state(of);
  // Until the versions have met, OpenSSL reports the newest one.
  const bool hello = last == TLS_ST_BEFORE || last == TLS_ST_CW_CLNT_HELLO || last == TLS_ST_SR_CLNT_HELLO;
  const bool tls1_3 = SSL_version(of) == TLS1_3_VERSION && !hello;
  if (SSL_is_server(of) != 0) return tls1_3 ? server_state_1_3(last) : server_state_1_2(last);
  return tls1_3 ? client_state_1_3(last) : client_state_1_2(last);
}

} // namespace agner::ssl::internal
