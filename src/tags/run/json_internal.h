#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/json_fields.h"
#include "base/result.h"

namespace tagsmith::run {

/// "[a,b]" of what `to_json_of_one` makes of the elements.
template <typename List, typename ToJson>
std::string json_list(const List& list, ToJson to_json_of_one) {
  std::string out = "[";
  for (const auto& element : list) {
    out += (out.size() == 1 ? "" : ",") + std::string(to_json_of_one(element));
  }
  return out + "]";
}

/// The JSON of an object that this room wrote; `what` it is, for messages.
base::Result<base::Json> parse_object(std::string_view json, std::string_view what);

/// Reads each object of a list; a broken one makes the whole member wrong.
void read_objects(base::JsonFields& fields, std::string_view key,
                  const std::function<void(base::JsonFields&)>& read);

/// The status with `what` could not be read.
base::Status told_of(base::Status status, std::string_view what);

}  // namespace tagsmith::run
