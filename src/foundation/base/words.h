#pragma once

#include <string>
#include <string_view>

namespace tagsmith::base {

/// Letters are those of ASCII everywhere here; other characters have no case.
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lower(std::string_view text);

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What can start a name that needs no quotes, and what can follow: [A-Za-z_][A-Za-z0-9_]*.
constexpr bool is_name_start(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || c == '_'; }
constexpr bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }
bool is_identifier(std::string_view text);

/// `text` between two `quote`s, those inside doubled: 'it''s', "a ""name""". Rules and SQL have
/// texts in single quotes and names in double ones.
std::string in_quotes(std::string_view text, char quote);

}  // namespace tagsmith::base
