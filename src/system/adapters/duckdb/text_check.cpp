#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "adapters/duckdb/connection_internal.h"
#include "adapters/duckdb/source_internal.h"
#include "adapters/duckdb/text_file_internal.h"
#include "base/interrupt.h"
#include "base/language.h"
#include "base/problem.h"
#include "files/system_error.h"

namespace tagsmith::duckdb {
namespace {

using base::Error;
using base::Status;

constexpr size_t kBlockBytes = size_t{1} << 20;

// --- CSV ----------------------------------------------------------------------------------------

Complaint quote_complaint(std::string reason) {
  return {
      std::move(reason),
      base::tr(
          R"(a field with a quote, a comma or a line break stands in quotes, and a quote in it is )"
          R"(written twice: "5"" tape")")};
}

// Goes through a file byte by byte, one record at a time in memory.
class CsvCheck {
 public:
  CsvCheck(const std::string& path, std::ifstream file, size_t field_count, const CsvForm& form)
      : path_(path), file_(std::move(file)), field_count_(field_count), form_(form) {}

  Status run() {
    TAGSMITH_TRY(read_on());
    if (bytes_.starts_with("\xef\xbb\xbf")) {
      at_ = start_ = 3;
    }
    while (true) {
      if (at_ + 1 >= bytes_.size() && !at_end_) {  // a CR is understood with what follows it
        TAGSMITH_TRY(read_on());
        continue;
      }
      if (at_ >= bytes_.size()) {
        break;
      }
      step(bytes_[at_]);
      pass_ordinary();
      if (!complaint_.reason.empty()) {
        return complain();
      }
    }
    if (place_ == Place::kQuoted) {
      complaint_ = quote_complaint(base::tr("a quoted field does not end"));
    } else {
      end_record();
    }
    return complaint_.reason.empty() ? Status() : complain();
  }

 private:
  enum class Place { kFieldStart, kPlain, kQuoted, kAfterQuote };

  Status read_on() {
    if (base::interrupted()) {
      return base::cancelled();
    }
    bytes_.erase(0, start_);
    at_ -= start_;
    start_ = 0;
    if (bytes_.size() > kCsvLineBytesMax) {
      complaint_ = {base::message("a line of more than {} MiB", kCsvLineBytesMax >> 20),
                    base::tr("look for a quoted field that does not end")};
      return complain();
    }
    const size_t known = bytes_.size();
    bytes_.resize(known + kBlockBytes);
    file_.read(bytes_.data() + known, kBlockBytes);
    bytes_.resize(known + static_cast<size_t>(file_.gcount()));
    at_end_ = bytes_.size() == known;
    if (file_.bad()) {
      return files::system_error(base::marked("read"), path_, errno);
    }
    return {};
  }

  // Takes the byte at at_.
  void step(char c) {
    has_high_ = has_high_ || static_cast<unsigned char>(c) >= 0x80;
    const bool is_break = c == '\n' || c == '\r';
    const size_t length = c == '\r' && at_ + 1 < bytes_.size() && bytes_[at_ + 1] == '\n' ? 2 : 1;
    if (place_ == Place::kQuoted) {
      line_ += is_break ? 1 : 0;
      if (c == form_.escape && c != form_.quote) {
        at_ += take_escaped();
        return;
      }
      place_ = c == form_.quote ? Place::kAfterQuote : Place::kQuoted;
      at_ += is_break ? length : 1;
      return;
    }
    if (is_break) {
      end_record();
      take_break(std::string_view(bytes_).substr(at_, length));
      return;
    }
    const bool is_quote = form_.quote != 0 && c == form_.quote;
    if (c == form_.separator) {
      ++fields_;
      place_ = Place::kFieldStart;
    } else if (is_quote && place_ == Place::kPlain) {
      complaint_ = quote_complaint(base::tr("a quote inside a field without quotes"));
    } else if (is_quote && (place_ == Place::kFieldStart || form_.escape == form_.quote)) {
      place_ = Place::kQuoted;  // after a quote in quotes: it stands for one
    } else if (place_ == Place::kAfterQuote) {
      complaint_ = quote_complaint(base::tr("text after a quoted field"));
    } else {
      place_ = Place::kPlain;
    }
    ++at_;
  }

  // How many bytes an escape in a quoted field takes with what it stands before.
  size_t take_escaped() {
    const char next = at_ + 1 < bytes_.size() ? bytes_[at_ + 1] : form_.separator;
    if (next == form_.quote || next == form_.escape) {
      return 2;
    }
    complaint_ = {base::message("{} before what is no quote", base::quote({&form_.escape, 1})),
                  base::tr("the escape stands before a quote or another escape")};
    return 1;
  }

  // The bytes inside of a field, up to one that may mean something.
  void pass_ordinary() {
    if (place_ != Place::kPlain && place_ != Place::kQuoted) {
      return;
    }
    unsigned char all = 0;
    size_t at = at_;
    for (; at < bytes_.size(); ++at) {
      const char c = bytes_[at];
      if (c == form_.separator || c == form_.quote || c == form_.escape || c == '\n' || c == '\r') {
        break;
      }
      all |= static_cast<unsigned char>(c);
    }
    has_high_ = has_high_ || all >= 0x80;
    at_ = at;
  }

  // The record from start_ to at_; a line with nothing in it is none.
  void end_record() {
    const std::string_view record = std::string_view(bytes_).substr(start_, at_ - start_);
    if (!record.empty() && fields_ != field_count_) {
      complaint_ = {fields_ == 1
                        ? base::message("{} field where {} belong", fields_, field_count_)
                        : base::message("{} fields where {} belong", fields_, field_count_),
                    fields_hint()};
    } else if (has_high_ && !is_utf8(record)) {
      complaint_ = {base::tr("not UTF-8"), base::tr("convert the file to UTF-8")};
    }
  }

  [[nodiscard]] std::string fields_hint() const {
    if (form_.quote == 0) {
      return base::tr("name a separator that no field holds");
    }
    return base::message("a field with {} in it stands in quotes",
                         form_.separator == ','    ? base::tr("a comma")
                         : form_.separator == '\t' ? base::tr("a tabulator")
                                                   : base::quote({&form_.separator, 1}));
  }

  void take_break(std::string_view line_break) {
    if (!complaint_.reason.empty()) {
      return;
    }
    if (line_break_.empty()) {
      line_break_ = line_break;
    }
    if (line_break != line_break_) {
      complaint_ = {
          base::tr("a line end that is not like those before"),
          base::tr("write all line ends alike; a line break in a field stands in quotes")};
      return;
    }
    at_ += line_break.size();
    start_ = at_;
    first_line_ = ++line_;
    fields_ = 1;
    has_high_ = false;
    place_ = Place::kFieldStart;
  }

  [[nodiscard]] Error complain() const {
    const std::string_view rest = std::string_view(bytes_).substr(start_);
    const size_t end =
        rest.find_first_of("\r\n", place_ == Place::kQuoted ? rest.size() : at_ - start_);
    return broken_line(path_, first_line_, complaint_, rest.substr(0, end));
  }

  const std::string& path_;
  std::ifstream file_;
  size_t field_count_;
  CsvForm form_;
  std::string bytes_;  // from the start of the record on
  size_t start_ = 0;   // of the record
  size_t at_ = 0;
  bool at_end_ = false;
  Place place_ = Place::kFieldStart;
  size_t fields_ = 1;
  size_t line_ = 1;
  size_t first_line_ = 1;  // of the record
  bool has_high_ = false;  // whether the record has more than ASCII
  std::string line_break_;
  Complaint complaint_;  // ends the check when it has a reason
};

}  // namespace

Status check_csv(const std::string& path, size_t field_count, const CsvForm& form) {
  return CsvCheck(path, TAGSMITH_TRY(open_text(path)), field_count, form).run();
}

}  // namespace tagsmith::duckdb
