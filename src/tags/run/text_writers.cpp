#include "run/text_writers.h"

#include <fmt/format.h>

#include <string>

#include "base/json.h"

namespace tagsmith::run {
namespace {

std::string list_text(std::span<const std::int32_t> tag_ids) {
  return fmt::format("[{}]", fmt::join(tag_ids, ","));
}

// A field of a CSV line, quoted only where it has to be.
std::string field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(text);
  }
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') {
      out += c;
    }
  }
  return out + "\"";
}

class JsonLinesWriter final : public dataset::TagFileWriter {
 public:
  explicit JsonLinesWriter(files::AtomicFile& file) : file_(file) {}

  base::Status append(std::string_view user_id, std::span<const std::int32_t> tag_ids) override {
    return file_.write(fmt::format("{{\"user_id\":{},\"tag_ids\":{}}}\n",
                                   base::json_quoted(user_id), list_text(tag_ids)));
  }
  base::Status finish() override { return {}; }

 private:
  files::AtomicFile& file_;
};

class CsvWriter final : public dataset::TagFileWriter {
 public:
  explicit CsvWriter(files::AtomicFile& file) : file_(file) {}

  base::Status append(std::string_view user_id, std::span<const std::int32_t> tag_ids) override {
    TAGSMITH_TRY(start());
    return file_.write(field(user_id) + "," + field(list_text(tag_ids)) + "\n");
  }
  base::Status finish() override { return start(); }

 private:
  base::Status start() {
    if (started_) {
      return {};
    }
    started_ = true;
    return file_.write("user_id,tag_ids\n");
  }

  files::AtomicFile& file_;
  bool started_ = false;
};

}  // namespace

std::unique_ptr<dataset::TagFileWriter> json_lines_writer(files::AtomicFile& file) {
  return std::make_unique<JsonLinesWriter>(file);
}

std::unique_ptr<dataset::TagFileWriter> csv_writer(files::AtomicFile& file) {
  return std::make_unique<CsvWriter>(file);
}

}  // namespace tagsmith::run
