// SPDX-License-Identifier: Apache-2.0

#include "peer_verification.hpp"

#include "../../runtime/term_builders.hpp"
#include "openssl_errors.hpp"
#include "option_values.hpp"

namespace agner::ssl::internal {
namespace {

/// "CN=host,O=...", escaped to ASCII.
std::string subject_of(X509* certificate) {
  const bio_ptr text{BIO_new(BIO_s_mem())};
  if (certificate == nullptr || !text) return "unknown subject";
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long length = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

verdict refused(term reason, std::string text) {
  const auto alert = alert_for(reason);
  return {.result = tuple("bad_cert"_atom, std::move(reason)), .alert = alert, .text = std::move(text), .valid = false};
}

verdict refused_chain(X509_STORE_CTX* store) {
  const int error = X509_STORE_CTX_get_error(store);
  return refused(bad_cert_reason(error), std::string(X509_verify_cert_error_string(error)) + " (certificate " +
                                             subject_of(X509_STORE_CTX_get_current_cert(store)) + ", depth " +
                                             std::to_string(X509_STORE_CTX_get_error_depth(store)) + ")");
}

} // namespace

term bad_cert_reason(int error) {
  switch (error) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
  case X509_V_ERR_CERT_NOT_YET_VALID: return "cert_expired"_atom;
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_CERT_UNTRUSTED: return "unknown_ca"_atom;
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return "selfsigned_peer"_atom;
  case X509_V_ERR_CERT_SIGNATURE_FAILURE: return "invalid_signature"_atom;
  case X509_V_ERR_SUBJECT_ISSUER_MISMATCH: return "invalid_issuer"_atom;
  case X509_V_ERR_PERMITTED_VIOLATION:
  case X509_V_ERR_EXCLUDED_VIOLATION: return "name_not_permitted"_atom;
  case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION: return "unknown_critical_extension"_atom;
  case X509_V_ERR_CERT_REVOKED: return tuple("revoked"_atom, "unspecified"_atom);
  case X509_V_ERR_CERT_CHAIN_TOO_LONG:
  case X509_V_ERR_PATH_LENGTH_EXCEEDED: return "max_path_length_reached"_atom;
  case X509_V_ERR_INVALID_PURPOSE: return "invalid_ext_key_usage"_atom;
  case X509_V_ERR_KEYUSAGE_NO_CERTSIGN: return "invalid_key_usage"_atom;
  case X509_V_ERR_INVALID_CA: return "missing_basic_constraint"_atom;
  default: return "verification_failed"_atom;
  }
}

alert_number alert_for(const term& reason) {
  if (reason.is("cert_expired"_atom)) return certificate_expired_alert;
  if (reason.is("unknown_ca"_atom)) return unknown_ca_alert;
  if (reason.is("unknown_critical_extension"_atom)) return unsupported_certificate_alert;
  if (reason.is_tagged("revoked"_atom, 2)) return certificate_revoked_alert;
  for (const atom bad : {"selfsigned_peer"_atom.value(), "invalid_signature"_atom.value(),
                         "invalid_issuer"_atom.value(), "name_not_permitted"_atom.value()})
    if (reason.is(bad)) return bad_certificate_alert;
  return handshake_failure_alert;
}

verdict judge_peer(X509_STORE_CTX* store, const std::optional<std::string>& expected_name) {
  if (X509_verify_cert(store) != 1) {
    auto made = refused_chain(store);
    clear_openssl_errors();
    return made;
  }
  X509* peer = X509_STORE_CTX_get0_cert(store);
  if (expected_name && !certificate_is_for(peer, *expected_name))
    return refused("hostname_check_failed"_atom,
                   "the certificate " + subject_of(peer) + " is not for " + *expected_name);
  return {.result = "valid"_atom};
}

bool certificate_is_for(X509* certificate, const std::string& name) {
  // A leading dot would match every host below.
  if (name.empty() || name.front() == '.') return false;
  constexpr unsigned flags = X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
  if (is_address(name) && X509_check_ip_asc(certificate, name.c_str(), 0) == 1) return true;
  return X509_check_host(certificate, name.data(), name.size(), flags, nullptr) == 1;
}

term der_of(X509* certificate) {
  const int length = i2d_X509(certificate, nullptr);
  if (length <= 0) return binary(std::string_view{});
  binary_builder made{static_cast<std::size_t>(length)};
  auto* into = reinterpret_cast<unsigned char*>(made.bytes().data());
  i2d_X509(certificate, &into);
  return std::move(made).finish(static_cast<std::size_t>(length));
}

std::vector<term> peer_chain(X509_STORE_CTX* store) {
  std::vector<term> made;
  const STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(store);
  for (int i = 0; i < sk_X509_num(sent); ++i)
    made.push_back(der_of(sk_X509_value(sent, i)));
  return made;
}

int error_for_alert(alert_number wanted) {
  switch (wanted) {
  case bad_certificate_alert: return X509_V_ERR_CERT_REJECTED;
  case unsupported_certificate_alert: return X509_V_ERR_INVALID_PURPOSE;
  case certificate_revoked_alert: return X509_V_ERR_CERT_REVOKED;
  case certificate_expired_alert: return X509_V_ERR_CERT_HAS_EXPIRED;
  case certificate_unknown_alert: return X509_V_ERR_NO_EXPLICIT_POLICY;
  case unknown_ca_alert: return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
  case internal_error_alert: return X509_V_ERR_OUT_OF_MEM;
  default: return X509_V_ERR_APPLICATION_VERIFICATION;
  }
}

} // namespace agner::ssl::internal
