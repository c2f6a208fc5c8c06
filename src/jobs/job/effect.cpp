#include <fmt/format.h>

#include "job/decide.h"
#include "job/names_internal.h"

namespace tagsmith::job {
namespace {

constexpr Names<effect::LookFor, 5> kLookFor{
    {"job", "absence", "savepoint", "restore points", "dependency"}};

std::string text(const effect::Look& it) { return fmt::format("look for {}", name_of(it.what)); }
std::string text(const effect::Prepare& it) {
  return fmt::format("prepare attempt {}", it.attempt);
}
std::string text(const effect::Submit& it) {
  return fmt::format(
      "submit {}, {}", it.intent.id,
      it.restore_from ? "from " + it.restore_from->path : std::string("without state"));
}
std::string text(const effect::Stop& it) { return fmt::format("stop {}", it.engine_id); }
std::string text(const effect::Cancel& it) { return fmt::format("cancel {}", it.engine_id); }
std::string text(const effect::Capture& it) {
  return fmt::format("keep the evidence of attempt {}", it.attempt);
}

}  // namespace

std::string_view name_of(effect::LookFor what) { return kLookFor.of(what); }

std::string to_text(const Effect& effect) {
  return std::visit([](const auto& it) { return text(it); }, effect);
}

}  // namespace tagsmith::job
