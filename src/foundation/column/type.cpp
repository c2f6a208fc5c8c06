#include "column/type.h"

#include <fmt/format.h>

namespace tagsmith::column {

std::string to_string(const Type& type) {
  switch (type.kind) {
    case TypeKind::kInt:
      return "int";
    case TypeKind::kDecimal:
      return fmt::format("decimal({},{})", type.precision, type.scale);
    case TypeKind::kDouble:
      return "double";
    case TypeKind::kFloat:
      return "float";
    case TypeKind::kText:
      return "text";
    case TypeKind::kBoolean:
      return "boolean";
    case TypeKind::kDate:
      return "date";
    case TypeKind::kTimestamp:
      return "timestamp";
    case TypeKind::kTextList:
      return "list<text>";
    case TypeKind::kUnusable:
      break;
  }
  return type.foreign;
}

}  // namespace tagsmith::column
