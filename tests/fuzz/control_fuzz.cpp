// SPDX-License-Identifier: Apache-2.0
// Any frame is refused or holds a signal that can be written again.

#include <agner/dist/control_message.hpp>
#include <agner/dist/frame.hpp>

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace agner;
  using namespace agner::dist;
  static atom_limits peer{100'000, 1'000'000};
  const auto read = read_frame({reinterpret_cast<const std::byte*>(data), size});
  if (!read || read->kind == frame_kind::tick) return 0;
  const auto first =
      read->kind == frame_kind::pass_through ? external_term::version::present : external_term::version::implied;
  const auto terms = read_terms(read->body, first, {.most = {.decoded_bytes = 16UL << 20U}, .pays = &peer});
  if (!terms) return 0;
  const auto signal = control::read(terms->control, terms->payload);
  if (!signal) return 0;

  (void)control::check_parties(signal->what, atom{"otp@127.0.0.1"}, atom{"peer@127.0.0.1"});
  const auto agreed = offered_flags().with(flag::spawn).with(flag::altact_sig);
  const auto wire = control::write(signal->what, agreed, signal->urgency);
  if (!wire) std::abort();
  const auto again = control::read(wire->control, wire->payload);
  if (!again || !(again->what == signal->what)) std::abort();
  gather_buffer out;
  if (!write_frame(out, agreed, wire->control, wire->payload)) std::abort();
  return 0;
}
