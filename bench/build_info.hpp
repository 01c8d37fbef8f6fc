#pragma once

/// Facts that only the build system knows; defined in the generated build_info.cpp.
namespace ipcmark::build_info {

extern const char* const version;
extern const char* const type;
extern const char* const flags;
extern const char* const git_revision;
extern const bool git_dirty;
extern const char* const benchmark_version;
extern const char* const hwloc_version;

}  // namespace ipcmark::build_info
