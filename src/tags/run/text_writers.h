#pragma once

#include <memory>

#include "dataset/reader.h"
#include "files/atomic_file.h"

namespace tagsmith::run {

/// Lines {"user_id":"...","tag_ids":[1,2]}. The file must outlive the writer; it is the caller's to
/// commit.
std::unique_ptr<dataset::TagFileWriter> json_lines_writer(files::AtomicFile& file);

/// CSV by RFC 4180 with the heading user_id,tag_ids, lines ending in \n; tag_ids is the text of a
/// JSON list: "[1,2]".
std::unique_ptr<dataset::TagFileWriter> csv_writer(files::AtomicFile& file);

}  // namespace tagsmith::run
