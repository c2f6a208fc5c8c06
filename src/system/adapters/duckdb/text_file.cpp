#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "adapters/duckdb/connection_internal.h"
#include "adapters/duckdb/source_internal.h"
#include "adapters/duckdb/text_file_internal.h"
#include "base/language.h"
#include "base/problem.h"
#include "files/system_error.h"

namespace tagsmith::duckdb {

base::Result<std::ifstream> open_text(const std::string& path) {
  std::error_code unknown;  // then opening says what is wrong
  const bool is_folder = std::filesystem::is_directory(path, unknown);
  std::ifstream file(path, std::ios::binary);
  if (file && !is_folder) {
    return file;
  }
  base::Error error = is_folder ? base::invalid_argument(base::message(
                                      "{} is a folder and no file", base::quote(path, path.size())))
                                : files::system_error(base::marked("open"), path, errno);
  error.symbol = error.code == base::ErrorCode::kUnavailable ? "" : "E_DATA_FILE";
  error.path = path;
  error.hint = base::tr("paths are relative to the working directory");
  return error;
}

base::Error broken_line(const std::string& path, size_t line, Complaint complaint,
                        std::string_view shown) {
  std::string message = base::message("line {}: {}", line, complaint.reason);
  if (!shown.empty()) {
    std::string text(shown);
    if (!is_utf8(text)) {
      std::ranges::replace_if(
          text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    }
    message += ": " + base::quote(text);
  }
  return broken(std::move(message), path, std::move(complaint.hint));
}

std::string line_of_file(const std::string& path, size_t number) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  for (size_t i = 0; i < number; ++i) {
    if (!std::getline(file, line)) {
      return {};
    }
  }
  return line;
}

}  // namespace tagsmith::duckdb
