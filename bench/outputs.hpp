#pragma once

#include <string>

namespace ipcmark {

/// A name for a result that nothing is lost by: `wanted`, or with the first free number, as
/// "results-2.json", where a result or the journal of a run that was interrupted is there.
std::string free_result_name(const std::string& wanted);

/// A name that the user gave is taken as it is, or not at all. Throws command_error where a result
/// or a journal would be lost; an empty file, a device and a pipe may be written to.
void refuse_to_overwrite(const std::string& result_file);

/// To a file, in one step; "-" is standard output, whose reader may have gone. Throws call_failed
/// and command_error.
void write_output(const std::string& file, const std::string& content);

}  // namespace ipcmark
