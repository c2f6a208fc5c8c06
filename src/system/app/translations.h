#pragma once

#include <span>

#include "base/language.h"

namespace tagsmith::app {

/// The catalogue po/zh_CN.po, of which the build makes the source of this function.
std::span<const base::Translation> chinese();

}  // namespace tagsmith::app
