#pragma once

#include <filesystem>
#include <string>

/// Files that users name to be written.
namespace ipcmark {

/// Where a name leads, through symbolic links, also to what is not there yet.
std::filesystem::path output_target(const std::filesystem::path& file);

/// Writes to a temporary name beside what `file` leads to, syncs, renames over it: readers see the
/// old or the new content, never a part. Where that is refused (a file that is a mount point, a
/// folder that takes no new file), in place. Symbolic links stay. Throws call_failed.
void replace_file(const std::filesystem::path& file, const std::string& content);

/// Tries what replace_file does, short of replacing. Throws call_failed; leaves nothing behind.
/// Returns why the file will be written in place, so that a reader may see a part of it; empty: it
/// will be renamed over.
std::string require_writable(const std::filesystem::path& file);

/// Whether two names lead to one regular file: by device and inode, or of what is not there yet by
/// its place.
bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b);

/// So that a write beyond the limit of a file's size fails (EFBIG) instead of ending the process,
/// and the limit is the highest that is allowed.
void let_files_grow();

}  // namespace ipcmark
