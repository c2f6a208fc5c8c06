#pragma once

#include <string>

namespace tagsmith::column {

/// How a column is stored once a reader has brought it to one of our forms (SEMANTICS 23).
enum class TypeKind {
  kInt,        // int64_t; every integer up to 64 bits signed and 32 bits unsigned
  kDecimal,    // Int128 unscaled, with a precision and a scale; also UINT64 and wider, as (38, 0)
  kDouble,     // double; NaN is not a readable value
  kFloat,      // float; NaN is not a readable value
  kText,       // UTF-8
  kBoolean,    // uint8_t, 0 or 1
  kDate,       // int32_t days since 1970-01-01
  kTimestamp,  // int64_t microseconds since 1970-01-01T00:00 without a zone
  kTextList,   // lists of nullable texts
  kUnusable,   // struct, map, binary, time, ...: E_TYPE_COLUMN where a rule names it
};

struct Type {
  TypeKind kind = TypeKind::kUnusable;
  int precision = 0;    // kDecimal: 1 ... 38
  int scale = 0;        // kDecimal: 0 ... precision
  std::string foreign;  // kUnusable: the reader's name of it, for messages

  bool operator==(const Type&) const = default;
};

/// "int", "decimal(18,2)", "text", "list<text>", ...; for kUnusable the foreign name.
std::string to_string(const Type& type);

}  // namespace tagsmith::column
