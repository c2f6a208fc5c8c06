#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/code_set.h"
#include "engine/program.h"
#include "rule/lowered.h"

namespace tagsmith::engine {

/// The codes for which a leaf is TRUE, and those for which it is FALSE; for all others UNKNOWN.
struct LeafCodes {
  CodeSet is_true;
  CodeSet is_false;
};

/// An encoder, with what its codes say about each of the leaves that it was made for.
struct EncodedLeaves {
  std::unique_ptr<Encoder> encoder;
  std::vector<LeafCodes> leaves;
  std::string description;
};

/// Leaves that encode_needles() and encode_lists() take at most: their codes are bit vectors.
inline constexpr size_t kNeedlesMax = 31;
inline constexpr size_t kListLeavesMax = 30;

/// For leaves that ask where a value stands among constants: equality, order, kIn, kStartsWith,
/// kReadable, kNever; all of `source`, whose domain is not a list. Any number of leaves.
///
/// The constants of all leaves, sorted, cut the domain into points and the gaps between them. Two
/// of these that no leaf tells apart become one class. Code 0 is null, 1 unreadable, the classes
/// follow.
EncodedLeaves encode_ordered(const rule::LoweredSource& source,
                             std::span<const rule::LoweredLeaf* const> leaves);

/// For kContains and kEndsWith. Bit 0 of a code: not null; bit 1 + i: leaf i is TRUE.
EncodedLeaves encode_needles(column::ColumnId column,
                             std::span<const rule::LoweredLeaf* const> leaves);

/// For kHasAny and kHasAll. Bit 0: not null; bit 1: holds a null element; bit 2 + i: leaf i is
/// TRUE.
EncodedLeaves encode_lists(column::ColumnId column,
                           std::span<const rule::LoweredLeaf* const> leaves);

/// For comparisons of left with right as `as`. Code 0: one side cannot be read; 1: less, 2: equal,
/// 3: greater.
EncodedLeaves encode_pair(const rule::LoweredSource& left, const rule::LoweredSource& right,
                          rule::LoweredComparison::As as);
LeafCodes codes_of_comparison(rule::LoweredTest test);

}  // namespace tagsmith::engine
