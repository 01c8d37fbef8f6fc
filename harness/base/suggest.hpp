#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ipcmark {

/// The candidates nearest to a misspelt word, best first: by edit distance, a shared prefix or
/// containment counting as near; nothing that is far off.
std::vector<std::string> nearest_words(std::string_view word,
                                       const std::vector<std::string>& candidates,
                                       std::size_t at_most = 3);

/// "a", "a or b", "a, b or c"
std::string join_or(const std::vector<std::string>& words);

}  // namespace ipcmark
