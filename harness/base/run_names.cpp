#include "harness/base/run_names.hpp"

#include <cstdlib>

namespace ipcmark {

std::filesystem::path temporary_root() {
    const char* root = std::getenv("TMPDIR");
    return root != nullptr && *root != '\0' ? std::filesystem::path(root)
                                            : std::filesystem::path("/tmp");
}

}  // namespace ipcmark
