#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/activity.h"
#include "app/checked_project.h"
#include "app/run.h"
#include "base/result.h"
#include "dataset/reader.h"
#include "run/planner.h"
#include "store/store.h"

namespace tagsmith::app {

/// Where runs keep what is not in the store, from the project's folder.
inline constexpr std::string_view kStateFolder = ".tagsmith";

/// Makes a folder in kStateFolder, which nobody else may read and git passes over; gives its path.
base::Result<std::string> make_state_folder(const std::string& name);

/// A folder that is gone at the end of its life with all that is in it.
class PassingFolder {
 public:
  explicit PassingFolder(std::string path) : path_(std::move(path)) {}
  PassingFolder(const PassingFolder&) = delete;
  PassingFolder& operator=(const PassingFolder&) = delete;
  ~PassingFolder();

  [[nodiscard]] std::string path(const std::string& name) const;

 private:
  std::string path_;
};

/// The parts of a list like "A,B"; kInvalidArgument where one is empty.
base::Result<std::vector<std::string>> read_list(std::string_view option, const std::string& text);

/// A project that can be planned: its rules are checked, its tables described.
struct Work {
  std::unique_ptr<dataset::Reader> reader;
  CheckedProject checked;
  run::Request request;
  std::string actor;
  std::string commit;
  std::string as_of;  // of the request, as a day

  /// For pin() and make_plan(); this, the store and the progress must outlive it.
  [[nodiscard]] run::Workplace place(store::Store& store, const Progress& progress) const;
};

/// Goes into the project's folder, reads and checks it and what was asked for. Nothing when the
/// project has mistakes that --skip-refused does not pass over: they are on stderr then.
base::Result<std::optional<Work>> prepare(const WorkOptions& options, const Progress& progress);

/// Every rule typed and lowered, and the program of all: for --stages.
std::string stages_text(const Work& work);

}  // namespace tagsmith::app
