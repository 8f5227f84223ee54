// SPDX-License-Identifier: Apache-2.0
// The cases of OTP's ssl_cipher_suite_SUITE, and what each needs. Those of DSS keys with AES are not among them: certificates of such keys are not made here.

#pragma once

#include <string>

#include <openssl/evp.h>

#include <agner/runtime/term.hpp>

namespace agner::test {

struct suite_case {
  const char* name;
  const char* openssl;
  bool tls1_3 = false;
  bool rsa = false; // the server has a key of RSA; else of ECDSA
  bool psk = false;
  bool srp = false;
  bool anonymous = false; // no certificate
  bool missing = false;   // this OpenSSL has none such
};

inline constexpr suite_case suite_cases[] = {
    {.name = "aes_256_gcm_sha384", .openssl = "TLS_AES_256_GCM_SHA384", .tls1_3 = true},
    {.name = "aes_128_gcm_sha256", .openssl = "TLS_AES_128_GCM_SHA256", .tls1_3 = true},
    {.name = "chacha20_poly1305_sha256", .openssl = "TLS_CHACHA20_POLY1305_SHA256", .tls1_3 = true},
    {.name = "aes_128_ccm_sha256", .openssl = "TLS_AES_128_CCM_SHA256", .tls1_3 = true},
    {.name = "aes_128_ccm_8_sha256", .openssl = "TLS_AES_128_CCM_8_SHA256", .tls1_3 = true},
    {.name = "dhe_rsa_3des_ede_cbc", .openssl = "DHE-RSA-DES-CBC3-SHA", .missing = true},
    {.name = "dhe_rsa_aes_128_cbc", .openssl = "DHE-RSA-AES128-SHA", .rsa = true},
    {.name = "dhe_rsa_aes_256_cbc", .openssl = "DHE-RSA-AES256-SHA", .rsa = true},
    {.name = "dhe_rsa_aes_128_gcm", .openssl = "DHE-RSA-AES128-GCM-SHA256", .rsa = true},
    {.name = "dhe_rsa_aes_256_gcm", .openssl = "DHE-RSA-AES256-GCM-SHA384", .rsa = true},
    {.name = "dhe_rsa_chacha20_poly1305", .openssl = "DHE-RSA-CHACHA20-POLY1305", .rsa = true},
    {.name = "ecdhe_rsa_3des_ede_cbc", .openssl = "ECDHE-RSA-DES-CBC3-SHA", .missing = true},
    {.name = "ecdhe_rsa_aes_128_cbc", .openssl = "ECDHE-RSA-AES128-SHA", .rsa = true},
    {.name = "ecdhe_rsa_aes_256_cbc", .openssl = "ECDHE-RSA-AES256-SHA", .rsa = true},
    {.name = "ecdhe_rsa_aes_128_gcm", .openssl = "ECDHE-RSA-AES128-GCM-SHA256", .rsa = true},
    {.name = "ecdhe_rsa_aes_256_gcm", .openssl = "ECDHE-RSA-AES256-GCM-SHA384", .rsa = true},
    {.name = "ecdhe_rsa_chacha20_poly1305", .openssl = "ECDHE-RSA-CHACHA20-POLY1305", .rsa = true},
    {.name = "rsa_3des_ede_cbc", .openssl = "DES-CBC3-SHA", .missing = true},
    {.name = "rsa_aes_128_cbc", .openssl = "AES128-SHA", .rsa = true},
    {.name = "rsa_aes_256_cbc", .openssl = "AES256-SHA", .rsa = true},
    {.name = "srp_rsa_3des_ede_cbc", .openssl = "SRP-RSA-3DES-EDE-CBC-SHA", .missing = true},
    {.name = "srp_rsa_aes_128_cbc", .openssl = "SRP-RSA-AES-128-CBC-SHA", .rsa = true, .srp = true},
    {.name = "srp_rsa_aes_256_cbc", .openssl = "SRP-RSA-AES-256-CBC-SHA", .rsa = true, .srp = true},
    {.name = "rsa_psk_3des_ede_cbc", .openssl = "RSA-PSK-3DES-EDE-CBC-SHA", .missing = true},
    {.name = "rsa_psk_aes_128_cbc", .openssl = "RSA-PSK-AES128-CBC-SHA", .rsa = true, .psk = true},
    {.name = "rsa_psk_aes_256_cbc", .openssl = "RSA-PSK-AES256-CBC-SHA", .rsa = true, .psk = true},
    {.name = "rsa_rc4_128", .openssl = "RC4-SHA", .missing = true},
    {.name = "rsa_psk_rc4_128", .openssl = "RSA-PSK-RC4-SHA", .missing = true},
    {.name = "ecdhe_ecdsa_rc4_128", .openssl = "ECDHE-ECDSA-RC4-SHA", .missing = true},
    {.name = "ecdhe_ecdsa_3des_ede_cbc", .openssl = "ECDHE-ECDSA-DES-CBC3-SHA", .missing = true},
    {.name = "ecdhe_ecdsa_aes_128_cbc", .openssl = "ECDHE-ECDSA-AES128-SHA"},
    {.name = "ecdhe_ecdsa_aes_128_gcm", .openssl = "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {.name = "ecdhe_ecdsa_aes_256_cbc", .openssl = "ECDHE-ECDSA-AES256-SHA"},
    {.name = "ecdhe_ecdsa_aes_256_gcm", .openssl = "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {.name = "ecdhe_ecdsa_chacha20_poly1305", .openssl = "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {.name = "ecdhe_ecdsa_with_aes_128_ccm", .openssl = "ECDHE-ECDSA-AES128-CCM"},
    {.name = "ecdhe_ecdsa_with_aes_256_ccm", .openssl = "ECDHE-ECDSA-AES256-CCM"},
    {.name = "ecdhe_ecdsa_with_aes_128_ccm_8", .openssl = "ECDHE-ECDSA-AES128-CCM8"},
    {.name = "ecdhe_ecdsa_with_aes_256_ccm_8", .openssl = "ECDHE-ECDSA-AES256-CCM8"},
    {.name = "dh_anon_rc4_128", .openssl = "ADH-RC4-MD5", .missing = true},
    {.name = "dh_anon_3des_ede_cbc", .openssl = "ADH-DES-CBC3-SHA", .missing = true},
    {.name = "dh_anon_aes_128_cbc", .openssl = "ADH-AES128-SHA", .anonymous = true},
    {.name = "dh_anon_aes_128_gcm", .openssl = "ADH-AES128-GCM-SHA256", .anonymous = true},
    {.name = "dh_anon_aes_256_cbc", .openssl = "ADH-AES256-SHA", .anonymous = true},
    {.name = "dh_anon_aes_256_gcm", .openssl = "ADH-AES256-GCM-SHA384", .anonymous = true},
    {.name = "ecdh_anon_3des_ede_cbc", .openssl = "AECDH-DES-CBC3-SHA", .missing = true},
    {.name = "ecdh_anon_aes_128_cbc", .openssl = "AECDH-AES128-SHA", .anonymous = true},
    {.name = "ecdh_anon_aes_256_cbc", .openssl = "AECDH-AES256-SHA", .anonymous = true},
    {.name = "psk_3des_ede_cbc", .openssl = "PSK-3DES-EDE-CBC-SHA", .missing = true},
    {.name = "psk_rc4_128", .openssl = "PSK-RC4-SHA", .missing = true},
    {.name = "psk_aes_128_cbc", .openssl = "PSK-AES128-CBC-SHA", .psk = true, .anonymous = true},
    {.name = "psk_aes_128_ccm", .openssl = "PSK-AES128-CCM", .psk = true, .anonymous = true},
    {.name = "psk_aes_128_ccm_8", .openssl = "PSK-AES128-CCM8", .psk = true, .anonymous = true},
    {.name = "psk_aes_256_cbc", .openssl = "PSK-AES256-CBC-SHA", .psk = true, .anonymous = true},
    {.name = "psk_aes_256_ccm", .openssl = "PSK-AES256-CCM", .psk = true, .anonymous = true},
    {.name = "psk_aes_256_ccm_8", .openssl = "PSK-AES256-CCM8", .psk = true, .anonymous = true},
    {.name = "dhe_psk_3des_ede_cbc", .openssl = "DHE-PSK-3DES-EDE-CBC-SHA", .missing = true},
    {.name = "dhe_psk_rc4_128", .openssl = "DHE-PSK-RC4-SHA", .missing = true},
    {.name = "dhe_psk_des_cbc", .openssl = "DHE-PSK-DES-CBC-SHA", .missing = true},
    {.name = "dhe_psk_aes_128_cbc", .openssl = "DHE-PSK-AES128-CBC-SHA", .psk = true, .anonymous = true},
    {.name = "dhe_psk_aes_128_gcm", .openssl = "DHE-PSK-AES128-GCM-SHA256", .psk = true, .anonymous = true},
    {.name = "dhe_psk_aes_128_ccm", .openssl = "DHE-PSK-AES128-CCM", .psk = true, .anonymous = true},
    {.name = "dhe_psk_aes_128_ccm_8", .openssl = "DHE-PSK-AES128-CCM8", .psk = true, .anonymous = true},
    {.name = "dhe_psk_aes_256_cbc", .openssl = "DHE-PSK-AES256-CBC-SHA", .psk = true, .anonymous = true},
    {.name = "dhe_psk_aes_256_gcm", .openssl = "DHE-PSK-AES256-GCM-SHA384", .psk = true, .anonymous = true},
    {.name = "dhe_psk_aes_256_ccm", .openssl = "DHE-PSK-AES256-CCM", .psk = true, .anonymous = true},
    {.name = "dhe_psk_aes_256_ccm_8", .openssl = "DHE-PSK-AES256-CCM8", .psk = true, .anonymous = true},
    {.name = "ecdhe_psk_3des_ede_cbc", .openssl = "ECDHE-PSK-3DES-EDE-CBC-SHA", .missing = true},
    {.name = "ecdhe_psk_rc4_128", .openssl = "ECDHE-PSK-RC4-SHA", .missing = true},
    {.name = "ecdhe_psk_aes_128_cbc", .openssl = "ECDHE-PSK-AES128-CBC-SHA", .psk = true, .anonymous = true},
    {.name = "ecdhe_psk_aes_256_cbc", .openssl = "ECDHE-PSK-AES256-CBC-SHA", .psk = true, .anonymous = true},
    {.name = "ecdhe_psk_aes_128_gcm", .openssl = "ECDHE-PSK-AES128-GCM-SHA256", .missing = true},
    {.name = "ecdhe_psk_aes_256_gcm", .openssl = "ECDHE-PSK-AES256-GCM-SHA384", .missing = true},
    {.name = "srp_anon_3des_ede_cbc", .openssl = "SRP-3DES-EDE-CBC-SHA", .missing = true},
    {.name = "srp_anon_aes_128_cbc", .openssl = "SRP-AES-128-CBC-SHA", .srp = true, .anonymous = true},
    {.name = "srp_anon_aes_256_cbc", .openssl = "SRP-AES-256-CBC-SHA", .srp = true, .anonymous = true},
    {.name = "dhe_dss_3des_ede_cbc", .openssl = "DHE-DSS-DES-CBC3-SHA", .missing = true},
    {.name = "srp_dss_3des_ede_cbc", .openssl = "SRP-DSS-3DES-EDE-CBC-SHA", .missing = true},
};

/// x of SRP: SHA1(Salt, SHA1(User, ":", Password)). @source RFC 5054, section 2.5
inline term srp_key(const std::string& salt, const std::string& user, const std::string& password) {
  const auto sha1 = [](const std::string& of) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_Digest(of.data(), of.size(), out, &length, EVP_sha1(), nullptr);
    return std::string(reinterpret_cast<const char*>(out), length);
  };
  return binary(sha1(salt + sha1(user + ":" + password)));
}

} // namespace agner::test
