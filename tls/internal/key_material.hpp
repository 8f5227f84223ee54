// SPDX-License-Identifier: Apache-2.0
// The certificates and the key that options name, read and checked against each other before any connection needs them.

#pragma once

#include <vector>

#include "openssl_handles.hpp"
#include "option_faults.hpp"
#include "pem_file.hpp"
#include "settings.hpp"

namespace agner::ssl::internal {

struct own_certificate {
  certificate_ptr certificate = {};
  std::vector<certificate_ptr> intermediates = {};
  key_ptr key = {};
  /// Where it is from, for faults found later.
  certificate_source from = {};
};

struct key_material {
  std::vector<own_certificate> own = {}; // none for a client without one
  std::vector<certificate_ptr> authorities = {};
  key_ptr dh = {};
};

/// The identities of the files that @p of names, in an order that depends on nothing else; an identity of zeros for a file that is not named or cannot be seen.
std::vector<file_identity> identify_files(const context_settings& of);

/// Reads the files that @p of names. Each fault is added to @p faults with the option that names the file:
/// unreadable, without certificate or key, encrypted without the right password, or a key that belongs to another certificate.
key_material read_key_material(const context_settings& of, option_faults& faults);

} // namespace agner::ssl::internal
