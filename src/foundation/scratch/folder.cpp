#include "scratch/folder.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace tagsmith::scratch {

Folder::Folder(Where where) {
  const std::filesystem::path memory = "/dev/shm";
  const bool in_memory = where == Where::kMemory && std::filesystem::is_directory(memory);
  const std::filesystem::path below = in_memory ? memory : std::filesystem::temp_directory_path();
  std::string pattern = (below / "tagsmith-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("cannot make " + pattern);
  }
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::path(const std::string& name) const {
  return name.empty() ? path_.string() : (path_ / name).string();
}

std::string Folder::put(const std::string& name, std::string_view bytes) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary);
  stream << bytes;
  if (!stream.flush()) {
    throw std::runtime_error("cannot write " + file.string());
  }
  return file.string();
}

std::string Folder::get(const std::string& name) const { return read_all(path(name)); }

std::vector<std::string> Folder::names(const std::string& below) const {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(path_ / below)) {
    out.push_back(entry.path().filename().string());
  }
  std::ranges::sort(out);
  return out;
}

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error("cannot read " + path);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace tagsmith::scratch
