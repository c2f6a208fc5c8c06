#include "base/similar.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/language.h"
#include "base/words.h"

namespace tagsmith::base {
namespace {

constexpr size_t kWordLengthMax = 100;  // longer words are no typing errors, and the cost is square

// Insertions, deletions, substitutions and exchanges of two neighbours.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);  // the rows of i - 1, i and i + 1 characters of a
  std::vector<size_t> row(b.size() + 1);
  std::vector<size_t> next(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    next[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const bool same = lower(a[i]) == lower(b[j]);
      next[j + 1] = std::min({row[j] + (same ? 0 : 1), next[j] + 1, row[j + 1] + 1});
      if (i > 0 && j > 0 && lower(a[i]) == lower(b[j - 1]) && lower(a[i - 1]) == lower(b[j])) {
        next[j + 1] = std::min(next[j + 1], before[j - 1] + 1);
      }
    }
    before.swap(row);
    row.swap(next);
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  if (word.empty() || word.size() > kWordLengthMax) {
    return {};
  }
  size_t best = std::max<size_t>(1, word.size() / 3) + 1;
  std::string found;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kWordLengthMax) {
      continue;
    }
    const size_t longer = std::max(word.size(), candidate.size());
    if (longer - std::min(word.size(), candidate.size()) >= best) {
      continue;  // as many insertions at least
    }
    const size_t distance = edit_distance(word, candidate);
    const bool shares_something = distance < longer;
    if (shares_something && distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::string found = nearest(word, candidates);
  return found.empty() ? std::string() : message("did you mean '{}'?", found);
}

}  // namespace tagsmith::base
