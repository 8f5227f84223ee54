// SPDX-License-Identifier: Apache-2.0

#include "tcp_carrier.hpp"

namespace agner::dist {

namespace {

class plain final : public carrier {
public:
  [[nodiscard]] std::string_view name() const noexcept override { return "inet_tcp"; }
  [[nodiscard]] handshake_header header() const noexcept override { return handshake_header::two_bytes; }
  task<result<std::unique_ptr<transport>>> secure_client(std::unique_ptr<transport> stream, atom,
                                                         clock::time_point) override {
    co_return stream;
  }
  task<result<std::unique_ptr<transport>>> secure_server(std::unique_ptr<transport> stream,
                                                         clock::time_point) override {
    co_return stream;
  }
  [[nodiscard]] result<> may_speak_for(const transport&, atom) const override { return {}; }
};

} // namespace

std::shared_ptr<carrier> tcp_carrier() { return std::make_shared<plain>(); }

} // namespace agner::dist
