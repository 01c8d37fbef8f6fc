#pragma once

#include <string>
#include <string_view>

namespace ipcmark {

/// forward: producer to consumer.
enum class direction : bool { forward, backward };

/// The system-wide name of one direction's object. Transports name their objects through this
/// alone, so that the sweep finds them where names cannot be listed.
inline std::string directed_name(std::string_view repetition_name, direction which) {
    return std::string(repetition_name) + (which == direction::forward ? ".f" : ".b");
}

}  // namespace ipcmark
