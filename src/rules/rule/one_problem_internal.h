#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/problem.h"

namespace tagsmith::rule {

/// The problems of a place where one is enough: what follows from it would only confuse.
inline base::Problems one_problem(std::string_view code, std::string path, std::string message,
                                  std::string hint = "") {
  return {base::Problem{.code = std::string(code),
                        .path = std::move(path),
                        .message = std::move(message),
                        .hint = std::move(hint)}};
}

}  // namespace tagsmith::rule
