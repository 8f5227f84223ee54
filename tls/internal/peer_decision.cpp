// SPDX-License-Identifier: Apache-2.0

#include "peer_decision.hpp"

#include <algorithm>
#include <utility>

#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_text.hpp"
#include "../../runtime/term_views.hpp"
#include "../public_key.hpp"
#include "path_validation.hpp"
#include "peer_verification.hpp"

namespace agner::ssl::internal {
namespace {

using ders = std::vector<term>;

verification_answer refused_for(const term& reason) {
  return verification_answer::refuse(alert_for(reason), print_short(tuple("bad_cert"_atom, reason)));
}

/// What verify_fun has said so far.
class questioning {
public:
  explicit questioning(const fun_with_state& by) : fun_(by.function), state_(by.state) {}

  /// Asks about one event; false once somebody is refused.
  task<bool> ask(const path_step& about, const term& certificate, term event) {
    ders arguments = fun_.arity() == 4 ? ders{certificate, about.der, event, state_} : ders{certificate, event, state_};
    const term answer = co_await fun_.call(std::move(arguments));
    if (answer.is_tagged("valid"_atom, 2) || answer.is_tagged("valid_peer"_atom, 2)) {
      state_ = answer[1];
      co_return true;
    }
    if (answer.is_tagged("unknown"_atom, 2)) co_return take_unknown(event, answer[1]);
    if (answer.is_tagged("fail"_atom, 2))
      refusal_ = refused_for(answer[1].is_tagged("bad_cert"_atom, 2) ? answer[1][1] : answer[1]);
    else
      refusal_ = verification_answer::refuse(internal_error_alert, "verify_fun gave " + print_short(answer));
    co_return false;
  }

  [[nodiscard]] verification_answer answer() const { return refusal_.value_or(verification_answer::accept()); }

private:
  /// @source OTP 25 lib/public_key, pubkey_cert: verify_fun
  bool take_unknown(const term& event, const term& next) {
    state_ = next;
    if (event.is_tagged("extension"_atom, 2)) {
      if (!event[1][2].is("true"_atom)) return true;
      refusal_ = refused_for("unknown_critical_extension"_atom);
      return false;
    }
    refusal_ = verification_answer::refuse(internal_error_alert, "verify_fun gave unknown for " + print_short(event));
    return false;
  }

  fun fun_;
  term state_;
  std::optional<verification_answer> refusal_;
};

term take_fault(path_step& from, std::initializer_list<term> wanted) {
  for (const term& one : wanted) {
    const auto found = std::ranges::find(from.faults, one);
    if (found == from.faults.end()) continue;
    term taken = tuple("bad_cert"_atom, *found);
    from.faults.erase(found);
    return taken;
  }
  return {};
}

bool is_extension(const term& of, std::initializer_list<int> arcs) {
  const auto id = of[1].elements();
  return std::ranges::equal(id, arcs, [](const term& arc, int wanted) { return arc == term{wanted}; });
}

/// What an extension makes the path validation say: an event, a fault, or nothing.
/// @source OTP 25 lib/public_key, pubkey_cert: validate_extensions; lib/ssl, ssl_certificate: validate
term event_of(const term& extension, path_step& of) {
  const bool critical = extension[2].is("true"_atom);
  if (is_extension(extension, {2, 5, 29, 15})) return take_fault(of, {"invalid_key_usage"_atom});
  if (is_extension(extension, {2, 5, 29, 37})) return take_fault(of, {"invalid_ext_key_usage"_atom});
  if (is_extension(extension, {2, 5, 29, 19}) || is_extension(extension, {2, 5, 29, 30})) return {};
  if (is_extension(extension, {2, 5, 29, 17}) && critical) return {};
  if (is_extension(extension, {2, 5, 29, 36}) && !critical) return {};
  return tuple("extension"_atom, extension);
}

/// All events of a certificate below the anchor but the last, in OTP's order.
std::vector<term> events_of(path_step of, const term& certificate) {
  std::vector<term> made;
  const auto add = [&made](term event) {
    if (!event.is_nil()) made.push_back(std::move(event));
  };
  add(take_fault(of, {"max_path_length_reached"_atom}));
  // Every extension that OpenSSL does not know becomes an event, so that its own word is not needed.
  (void)take_fault(of, {"unknown_critical_extension"_atom});
  const term& extensions = certificate[1][10];
  if (extensions.is_cons())
    for (const term& one : extensions.as_list())
      add(event_of(one, of));
  for (const term& fault :
       {term{"invalid_key_usage"_atom}, term{"invalid_ext_key_usage"_atom}, term{"missing_basic_constraint"_atom},
        term{"cert_expired"_atom}, term{"invalid_issuer"_atom}, term{"name_not_permitted"_atom},
        term{"invalid_signature"_atom}})
    add(take_fault(of, {fault}));
  for (const term& left : of.faults)
    add(tuple("bad_cert"_atom, left));
  return made;
}

bool is_for(const term& der, const std::string& name) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.bytes().data());
  const certificate_ptr read{d2i_X509(nullptr, &at, static_cast<long>(der.bytes().size()))};
  return read && certificate_is_for(read.get(), name);
}

task<bool> is_right_host(const path_step& of, const std::optional<std::string>& name, const hostname_rules& by) {
  if (!name) co_return true;
  if (by.any()) co_return co_await certificate_fits(of.der, *name, by);
  co_return is_for(of.der, *name);
}

task<term> last_event(const path_step& of, bool is_peer, const std::optional<std::string>& name,
                      const hostname_rules& by) {
  if (!is_peer) co_return "valid"_atom;
  if (co_await is_right_host(of, name, by)) co_return "valid_peer"_atom;
  co_return tuple("bad_cert"_atom, "hostname_check_failed"_atom);
}

/// @source OTP 25 lib/public_key, public_key: pkix_path_validation, validate; lib/ssl, ssl_handshake: validation_fun_and_state
task<verification_answer> ask_about(certificate_path path, std::optional<std::string> name, fun_with_state by,
                                    hostname_rules names) {
  questioning asked{by};
  const std::size_t count = path.steps.size();
  for (std::size_t at = 0; at < count; ++at) {
    const path_step& step = path.steps[at];
    const term certificate = public_key::pkix_decode_cert(step.der, public_key::otp);
    // The anchor itself is not asked about, but for why it is none, and whether it is out of date.
    const bool anchor = at == 0 && (count > 1 || !step.faults.empty());
    std::vector<term> events;
    if (anchor) {
      for (const term& fault : step.faults)
        events.push_back(tuple("bad_cert"_atom, fault));
    } else {
      events = events_of(step, certificate);
      events.push_back(co_await last_event(step, at + 1 == count, name, names));
    }
    for (term& event : events)
      if (!co_await asked.ask(step, certificate, std::move(event))) co_return asked.answer();
  }
  co_return asked.answer();
}

task<verification_answer> first_fault(certificate_path path, std::optional<std::string> name, hostname_rules by) {
  for (const auto& step : path.steps)
    if (!step.faults.empty()) co_return refused_for(step.faults.front());
  if (!co_await is_right_host(path.steps.back(), name, by)) co_return refused_for("hostname_check_failed"_atom);
  co_return verification_answer::accept();
}

/// The path, from where partial_chain says that it is trusted. @source OTP 25 lib/ssl, ssl_certificate: handle_partial_chain
task<certificate_path> shortened(certificate_path path, const verification& about, const fun& by) {
  const bool alone = path.steps.size() == 1 && !path.steps.front().faults.empty() &&
                     path.steps.front().faults.front().is("selfsigned_peer"_atom);
  if (alone) co_return path;
  ders chain;
  for (const auto& step : path.steps)
    chain.push_back(step.der);
  term answer;
  try {
    answer = co_await by.call({list_of(ders{chain})});
  } catch (const raised&) {
    co_return path; // as OTP, which takes a function that fails for one that knows nobody
  }
  const bool known = answer.is_tagged("trusted_ca"_atom, 2) && std::ranges::find(chain, answer[1]) != chain.end();
  if (!known) co_return path;
  co_return validate_path(*about.shared, about.certificates, answer[1]);
}

task<verification_answer> decide_by(verification_settings by, verification about) {
  certificate_path path = validate_path(*about.shared, about.certificates, std::nullopt);
  if (by.partial_chain) path = co_await shortened(std::move(path), about, *by.partial_chain);
  if (by.verify_fun) co_return co_await ask_about(std::move(path), about.expected_name, *by.verify_fun, by.names);
  co_return co_await first_fault(std::move(path), about.expected_name, by.names);
}

} // namespace

verifier verifier_for(const verification_settings& of) {
  const bool somebody = of.verify_fun || of.partial_chain || of.names.any();
  if (!of.asks_peer || !somebody) return {};
  return [of](verification about) { return decide_by(of, std::move(about)); };
}

} // namespace agner::ssl::internal
