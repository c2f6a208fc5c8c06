#include "engine/code_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "base/assert.h"
#include "engine/hash.h"

namespace tagsmith::engine {
namespace {

using column::kWordBits;
using column::Word;

static_assert(std::endian::native == std::endian::little, "pack() takes byte 0 for the lowest");

// 64 bytes of 0 or 1 to 64 bits: a multiplication gathers 8 of them in the highest byte.
Word pack(const std::array<std::uint8_t, kWordBits>& flags) {
  Word word = 0;
  for (size_t i = 0; i < 8; ++i) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, flags.data() + 8 * i, sizeof eight);
    word |= (eight * 0x0102'0408'1020'4080U >> 56) << (8 * i);
  }
  return word;
}

// The flags are bytes, not bits, and whole words have a loop of constant length, so that the
// compiler turns it into vector code.
template <typename Code, typename Test>
void select_if(std::span<const Code> codes, size_t row_count, Test test, std::span<Word> rows) {
  std::array<std::uint8_t, kWordBits> flags;
  const size_t whole_words = row_count / kWordBits;
  for (size_t word = 0; word < whole_words; ++word) {
    const Code* block = codes.data() + word * kWordBits;
    for (size_t i = 0; i < kWordBits; ++i) {
      flags[i] = test(block[i]) ? 1 : 0;
    }
    rows[word] = pack(flags);
  }
  if (row_count % kWordBits != 0) {
    const Code* block = codes.data() + whole_words * kWordBits;
    flags.fill(0);
    for (size_t i = 0; i < row_count % kWordBits; ++i) {
      flags[i] = test(block[i]) ? 1 : 0;
    }
    rows[whole_words] = pack(flags);
  }
}

template <typename Code>
void select_codes(std::span<const Code> codes, size_t row_count, const CodeRange& range,
                  std::span<Word> rows) {
  // Codes are within the width, so the bounds are cut to it without changing the set.
  constexpr auto highest = static_cast<std::uint32_t>(std::numeric_limits<Code>::max());
  TAGSMITH_ASSERT(range.first <= range.last && range.first <= highest);
  const auto first = static_cast<Code>(range.first);
  const auto width = static_cast<Code>(std::min(range.last, highest) - range.first);
  select_if(
      codes, row_count, [=](Code code) { return static_cast<Code>(code - first) <= width; }, rows);
}

template <typename Code>
void select_codes(std::span<const Code> codes, size_t row_count, const CodesBut& set,
                  std::span<Word> rows) {
  const auto lowest = static_cast<Code>(set.lowest);
  const auto first = static_cast<Code>(set.first);
  const auto width = static_cast<Code>(set.last - set.first);
  select_if(
      codes, row_count,
      [=](Code code) { return (code >= lowest) & (static_cast<Code>(code - first) > width); },
      rows);
}

template <typename Code>
void select_codes(std::span<const Code> codes, size_t row_count, const CodeBits& bits,
                  std::span<Word> rows) {
  const auto mask = static_cast<Code>(bits.mask);
  const auto value = static_cast<Code>(bits.value);
  select_if(
      codes, row_count, [=](Code code) { return static_cast<Code>(code & mask) == value; }, rows);
}

template <typename Code>
void select_codes(std::span<const Code> codes, size_t row_count, const CodeTable& table,
                  std::span<Word> rows) {
  const std::span<const Word> members = table.members;
  const size_t limit = members.size() * kWordBits;
  select_if(
      codes, row_count, [=](Code code) { return code < limit && column::bit(members, code); },
      rows);
}

bool is_stretch(std::span<const std::uint32_t> codes) {
  return codes.back() - codes.front() + 1 == codes.size();
}

std::string range_text(std::uint32_t first, std::uint32_t last) {
  return first == last ? std::to_string(first) : fmt::format("{}-{}", first, last);
}

std::string table_text(const std::vector<Word>& members) {
  constexpr size_t kShown = 20;
  std::string text;
  size_t count = 0;
  for (size_t i = 0; i < members.size(); ++i) {
    for (Word rest = members[i]; rest != 0 && count < kShown; rest &= rest - 1, ++count) {
      text += fmt::format("{}{}", text.empty() ? "" : " ",
                          i * kWordBits + static_cast<size_t>(std::countr_zero(rest)));
    }
  }
  size_t all = 0;
  for (const Word word : members) {
    all += static_cast<size_t>(std::popcount(word));
  }
  return all > count ? fmt::format("{} and {} more", text, all - count) : text;
}

/// The members from `lowest` on.
void keep_from(std::vector<Word>& members, std::uint32_t lowest) {
  std::fill_n(members.begin(), lowest / kWordBits, 0);
  members[lowest / kWordBits] &= ~Word{0} << lowest % kWordBits;
}

/// The form that code_set() gives these codes.
CodeSet simplest(CodeTable table) {
  std::vector<Word>& members = table.members;
  while (!members.empty() && members.back() == 0) {
    members.pop_back();
  }
  if (members.empty()) {
    return CodeRange();
  }
  size_t count = 0;
  for (const Word word : members) {
    count += static_cast<size_t>(std::popcount(word));
  }
  const auto first_word = static_cast<size_t>(
      std::ranges::find_if(members, [](Word word) { return word != 0; }) - members.begin());
  const size_t first =
      first_word * kWordBits + static_cast<size_t>(std::countr_zero(members[first_word]));
  const size_t last =
      members.size() * kWordBits - 1 - static_cast<size_t>(std::countl_zero(members.back()));
  if (last - first + 1 == count) {
    return CodeRange{.first = static_cast<std::uint32_t>(first),
                     .last = static_cast<std::uint32_t>(last)};
  }
  return table;
}

}  // namespace

CodeSet code_set(std::span<const std::uint32_t> codes) {
  if (codes.empty()) {
    return CodeRange();
  }
  if (is_stretch(codes)) {
    return CodeRange{.first = codes.front(), .last = codes.back()};
  }
  CodeTable table{.members = std::vector<Word>(column::word_count(size_t{codes.back()} + 1))};
  for (const std::uint32_t code : codes) {
    column::set_bit(table.members, code);
  }
  return table;
}

CodeSet all_but(std::span<const std::uint32_t> codes, std::uint32_t lowest, std::uint32_t highest) {
  if (codes.empty()) {
    return CodeRange{.first = lowest, .last = highest};
  }
  if (is_stretch(codes) && codes.front() > lowest && codes.back() < highest) {
    return CodesBut{.lowest = lowest, .first = codes.front(), .last = codes.back()};
  }
  // Word by word: of many leaves over many constants each has its complement.
  CodeTable others{.members = std::vector<Word>(column::word_count(size_t{highest} + 1), ~Word{0})};
  keep_from(others.members, lowest);
  if (const size_t bits = (size_t{highest} + 1) % kWordBits; bits != 0) {
    others.members.back() &= (Word{1} << bits) - 1;
  }
  for (const std::uint32_t code : codes) {
    others.members[code / kWordBits] &= ~(Word{1} << code % kWordBits);
  }
  return simplest(std::move(others));
}

bool is_empty(const CodeSet& set) {
  const auto* range = std::get_if<CodeRange>(&set);
  return range != nullptr && range->last < range->first;
}

size_t hash_of(const CodeSet& set) {
  size_t seed = set.index();
  if (const auto* range = std::get_if<CodeRange>(&set)) {
    mix(seed, range->first);
    mix(seed, range->last);
  } else if (const auto* but = std::get_if<CodesBut>(&set)) {
    mix(seed, but->first);
    mix(seed, but->last);
  } else if (const auto* bits = std::get_if<CodeBits>(&set)) {
    mix(seed, bits->mask);
    mix(seed, bits->value);
  } else {
    for (const Word word : std::get<CodeTable>(set).members) {
      mix(seed, word);
    }
  }
  return seed;
}

std::string to_text(const CodeSet& set) {
  if (is_empty(set)) {
    return "none";
  }
  if (const auto* range = std::get_if<CodeRange>(&set)) {
    return range_text(range->first, range->last);
  }
  if (const auto* but = std::get_if<CodesBut>(&set)) {
    return fmt::format("all from {} but {}", but->lowest, range_text(but->first, but->last));
  }
  if (const auto* bits = std::get_if<CodeBits>(&set)) {
    return fmt::format("bits {:#x} of {:#x}", bits->value, bits->mask);
  }
  return table_text(std::get<CodeTable>(set).members);
}

void select(const Codes& codes, size_t row_count, const CodeSet& set, std::span<Word> rows) {
  std::visit([&](const auto& typed_codes,
                 const auto& typed_set) { select_codes(typed_codes, row_count, typed_set, rows); },
             codes, set);
}

}  // namespace tagsmith::engine
