#include <fstream>
#include <utility>

#include "adapters/duckdb/connection_internal.h"
#include "adapters/duckdb/source_internal.h"
#include "adapters/duckdb/text_file_internal.h"
#include "base/language.h"
#include "base/problem.h"

namespace tagsmith::duckdb {
namespace {

constexpr int kEnd = std::char_traits<char>::eof();

base::Error broken_header(std::string_view message, const std::string& path) {
  return broken(base::message("line 1: {}", message), path,
                base::tr("the first line has the names of the columns, in UTF-8, with the "
                         "separator between them"));
}

// A quoted field after its opening quote, up to and without what follows its closing one.
bool read_quoted(std::streambuf& in, std::string& field, const CsvForm& form) {
  for (int c = in.sbumpc(); c != kEnd && field.size() < kCsvLineBytesMax; c = in.sbumpc()) {
    const int next = in.sgetc();
    if (c == form.escape && (next == form.quote || next == form.escape)) {
      field += static_cast<char>(next);
      in.sbumpc();
    } else if (c != form.quote) {
      field += static_cast<char>(c);
    } else {
      return true;
    }
  }
  return false;
}

bool ends_field(int c, char separator) {
  return c == separator || c == '\n' || c == '\r' || c == kEnd;
}

}  // namespace

base::Result<std::vector<std::string>> read_csv_header(const std::string& path,
                                                       const CsvForm& form) {
  std::ifstream file = TAGSMITH_TRY(open_text(path));
  std::streambuf& in = *file.rdbuf();
  if (in.sgetc() == 0xEF) {
    for (const int expected : {0xEF, 0xBB, 0xBF}) {
      if (in.sbumpc() != expected) {
        return broken_header(base::tr("not UTF-8"), path);
      }
    }
  }
  if (in.sgetc() == kEnd) {
    return broken_header(base::tr("the file is empty: a CSV starts with a line of column names"),
                         path);
  }
  std::vector<std::string> fields;
  const int separator = std::char_traits<char>::to_int_type(form.separator);
  for (int next = separator; next == separator;) {
    std::string field;
    if (form.quote != 0 && in.sgetc() == form.quote) {
      in.sbumpc();
      if (!read_quoted(in, field, form)) {
        return broken_header(base::message("a quoted field does not end: {}", base::quote(field)),
                             path);
      }
      if (!ends_field(in.sgetc(), form.separator)) {
        return broken_header(base::message("text after the quoted field {}", base::quote(field)),
                             path);
      }
    } else {
      while (!ends_field(in.sgetc(), form.separator) && field.size() < kCsvLineBytesMax) {
        field += static_cast<char>(in.sbumpc());
      }
      if (form.quote != 0 && field.find(form.quote) != std::string::npos) {
        return broken_header(base::message("a quote inside the field {}", base::quote(field)),
                             path);
      }
    }
    if (!is_utf8(field)) {
      return broken_header(base::tr("not UTF-8"), path);
    }
    fields.push_back(std::move(field));
    next = in.sbumpc();
  }
  return fields;
}

}  // namespace tagsmith::duckdb
