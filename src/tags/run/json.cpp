#include <fmt/format.h>

#include "base/language.h"
#include "base/problem.h"
#include "run/json_internal.h"

namespace tagsmith::run {

base::Result<base::Json> parse_object(std::string_view json, std::string_view what) {
  auto parsed = base::parse_json(json);
  if (!parsed) {
    return base::invalid_argument(base::message("the {} cannot be read: {}: {}", what,
                                                parsed.error().front().message, base::quote(json)));
  }
  if (parsed->object() == nullptr) {
    return base::invalid_argument(
        base::message("the {} cannot be read: it is {}", what, parsed->kind()));
  }
  return std::move(*parsed);
}

void read_objects(base::JsonFields& fields, std::string_view key,
                  const std::function<void(base::JsonFields&)>& read) {
  for (const base::Json& element : fields.list(key)) {
    base::JsonFields inner(element);
    read(inner);
    if (!inner.status()) {
      fields.fail(key);
    }
  }
}

base::Status told_of(base::Status status, std::string_view what) {
  if (status) {
    return status;
  }
  return std::move(status).error().while_doing(base::message("the {} cannot be read", what));
}

}  // namespace tagsmith::run
