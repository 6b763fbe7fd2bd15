// A list to choose from on the terminal: arrow keys, numbers, Enter; Escape, q and Ctrl-C give up.
#pragma once

#include <base/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::commands {

struct Choice {
  std::string name;
  std::string description;
};

/// The picker without a terminal: keys in, lines out.
class PickerState {
public:
  enum class Outcome { open, chosen, cancelled };

  explicit PickerState(std::vector<Choice> choices) : m_choices(std::move(choices)) {}

  /// One read from the terminal: a letter, or a whole escape sequence ("\x1b[A" is the up arrow).
  [[nodiscard]] Outcome press(std::string_view key);

  [[nodiscard]] std::size_t selected() const { return m_selected; }

  /// One line a choice, the selected one marked; numbers from 1. No line is longer than `columns`.
  [[nodiscard]] std::vector<std::string> lines(std::size_t columns, Color color) const;

private:
  void move(std::ptrdiff_t by);
  [[nodiscard]] Outcome type_digit(char digit);

  std::vector<Choice> m_choices;
  std::size_t m_selected = 0;
  std::size_t m_typed = 0; ///< the number typed so far; 0: none
};

/// Whether stdin and stderr are a terminal that can be asked.
[[nodiscard]] bool can_ask();

/// Asks on the terminal and returns the index; nullopt when the user gave up. The terminal is as it was
/// afterwards, also when pyw is ended by a signal meanwhile. `choices` is not empty.
[[nodiscard]] Result<std::optional<std::size_t>>
pick(std::string_view question, const std::vector<Choice>& choices, Color color);

} // namespace pyw::commands
