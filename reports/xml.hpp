#pragma once

#include <string>
#include <string_view>

namespace ipcmark {

/// For text and attributes. XML 1.0 has no way to write most control characters: they become
/// spaces.
std::string xml_text(std::string_view text);

}  // namespace ipcmark
