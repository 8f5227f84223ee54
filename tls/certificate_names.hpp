// SPDX-License-Identifier: Apache-2.0
// The names that a certificate carries: whom its owner may speak for. Reading them proves nothing: only those of a validated certificate count. Any thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../runtime/socket_address.hpp"
#include "../runtime/term.hpp"

namespace agner::ssl {

/// Names as the certificate has them. A DNS name or URI with anything but printable ASCII in it is left out: nobody may match it.
struct certificate_names {
  std::vector<std::string> dns_names;
  std::vector<ip_address> addresses;
  std::vector<std::string> uris;
  /// The subject's last common name, UTF-8; empty if there is none. It authorises nobody: hosts are in dns_names.
  std::string common_name;
  /// The whole subject, `CN=host,O=Example`, escaped to ASCII: for log lines.
  std::string subject;

  /// True where @p host is one of the DNS names, compared without regard to case and without wildcards, or the text of one of the addresses.
  /// An address may stand among the DNS names too, since OTP looks for it there.
  [[nodiscard]] bool name_host(std::string_view host) const;
};

/// The names of a certificate given as a DER binary; nothing where @p der is no certificate.
std::optional<certificate_names> names_of_certificate(const term& der);

} // namespace agner::ssl
