#include <devserver/http1_answer.hpp>

#include <boost/beast/http.hpp>

#include <array>
#include <optional>
#include <utility>

namespace pyw::devserver {

namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

/// As large as what the proxy takes from workerd.
constexpr std::uint32_t header_limit = 256 * 1024;
constexpr std::size_t answer_piece_size = 16 * 1024;

class BeastAnswer final : public Http1Answer {
public:
  explicit BeastAnswer(bool to_head) : m_to_head(to_head) { begin(); }

  [[nodiscard]] bool feed(std::string_view bytes) override {
    m_unread += bytes;
    for (;;) {
      if (m_parser->is_done()) {
        if (m_status != 0) {
          return true;
        }
        m_interim.push_back(static_cast<int>(m_parser->get().result_int()));
        begin();
      }
      if (m_unread.empty()) {
        return true;
      }
      std::array<char, answer_piece_size> piece; // NOLINT: filled by the parser
      m_parser->get().body().data = piece.data();
      m_parser->get().body().size = piece.size();
      error_code error;
      const auto used = m_parser->put(boost::asio::const_buffer(m_unread.data(), m_unread.size()), error);
      m_unread.erase(0, used);
      const auto got = m_parser->is_header_done() ? piece.size() - m_parser->get().body().size : 0;
      m_body.append(piece.data(), got);
      note_head();
      if (error == http::error::need_more) {
        return true;
      }
      if (error && error != http::error::need_buffer) {
        return false;
      }
      if (used == 0 && got == 0 && !m_parser->is_done()) {
        return true;
      }
    }
  }

  [[nodiscard]] bool end() override {
    error_code error;
    if (m_status != 0 && !m_parser->is_done()) {
      m_parser->put_eof(error); // fine for a body that ends with the connection
    }
    return m_status != 0 && !error && m_parser->is_done();
  }

  [[nodiscard]] int status() const override { return m_status; }

  [[nodiscard]] const HeaderFields& fields() const override { return m_fields; }

  [[nodiscard]] bool is_done() const override { return m_status != 0 && m_parser->is_done(); }

  [[nodiscard]] std::vector<int> take_interim() override { return std::exchange(m_interim, {}); }

  [[nodiscard]] std::string take_body() override { return std::exchange(m_body, {}); }

private:
  void begin() {
    m_parser.emplace();
    m_parser->header_limit(header_limit);
    m_parser->body_limit(boost::none);
    m_parser->skip(m_to_head);
  }

  void note_head() {
    if (m_status != 0 || !m_parser->is_header_done()) {
      return;
    }
    const auto& head = m_parser->get();
    if (head.result_int() < 200) {
      return;
    }
    m_status = static_cast<int>(head.result_int());
    for (const auto& field : head) {
      m_fields.emplace_back(field.name_string(), field.value());
    }
  }

  bool m_to_head;
  std::optional<http::response_parser<http::buffer_body>> m_parser;
  std::string m_unread;
  std::string m_body;
  std::vector<int> m_interim;
  int m_status = 0;
  HeaderFields m_fields;
};

} // namespace

std::unique_ptr<Http1Answer> Http1Answer::make(bool to_head) {
  return std::make_unique<BeastAnswer>(to_head);
}

} // namespace pyw::devserver
