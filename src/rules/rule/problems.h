#pragma once

#include <string_view>

namespace tagsmith::rule {

/// The codes of SEMANTICS.md for rules. Stable: scripts depend on them.
inline constexpr std::string_view kJson = "E_JSON";
inline constexpr std::string_view kDuplicateKey = "E_DUPLICATE_KEY";
inline constexpr std::string_view kNotObject = "E_NOT_OBJECT";
inline constexpr std::string_view kNotList = "E_NOT_LIST";
inline constexpr std::string_view kUnknownKey = "E_UNKNOWN_KEY";
inline constexpr std::string_view kLogic = "E_LOGIC";
inline constexpr std::string_view kEmpty = "E_EMPTY";
inline constexpr std::string_view kDepth = "E_DEPTH";
inline constexpr std::string_view kFieldMissing = "E_FIELD_MISSING";
inline constexpr std::string_view kOperatorMissing = "E_OPERATOR_MISSING";
inline constexpr std::string_view kOperatorUnknown = "E_OPERATOR_UNKNOWN";
inline constexpr std::string_view kTypeUnknown = "E_TYPE_UNKNOWN";
inline constexpr std::string_view kTypeColumn = "E_TYPE_COLUMN";
inline constexpr std::string_view kOperatorType = "E_OPERATOR_TYPE";
inline constexpr std::string_view kTableUnknown = "E_TABLE_UNKNOWN";
inline constexpr std::string_view kTableAmbiguous = "E_TABLE_AMBIGUOUS";
inline constexpr std::string_view kColumnUnknown = "E_COLUMN_UNKNOWN";
inline constexpr std::string_view kColumnAmbiguous = "E_COLUMN_AMBIGUOUS";
inline constexpr std::string_view kValueMissing = "E_VALUE_MISSING";
inline constexpr std::string_view kValueNull = "E_VALUE_NULL";
inline constexpr std::string_view kValueType = "E_VALUE_TYPE";
inline constexpr std::string_view kValueCount = "E_VALUE_COUNT";
inline constexpr std::string_view kValueEmpty = "E_VALUE_EMPTY";
inline constexpr std::string_view kRangeOrder = "E_RANGE_ORDER";
inline constexpr std::string_view kTagId = "E_TAG_ID";
inline constexpr std::string_view kSyntax = "E_SYNTAX";
inline constexpr std::string_view kTagUnknown = "E_TAG_UNKNOWN";
inline constexpr std::string_view kTagCycle = "E_TAG_CYCLE";
inline constexpr std::string_view kTagRefused = "E_TAG_REFUSED";
inline constexpr std::string_view kLimit = "E_LIMIT";
inline constexpr std::string_view kDialect = "E_DIALECT";

}  // namespace tagsmith::rule
