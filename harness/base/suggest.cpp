#include "harness/base/suggest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace ipcmark {

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
        }
    }
    return row[b.size()];
}

std::size_t distance(std::string_view word, std::string_view candidate) {
    if (word.size() >= 2 && (candidate.find(word) != std::string_view::npos ||
                             word.find(candidate) != std::string_view::npos))
        return 1;
    return edit_distance(word, candidate);
}

}  // namespace

std::vector<std::string> nearest_words(std::string_view word,
                                       const std::vector<std::string>& candidates,
                                       std::size_t at_most) {
    const std::size_t bound = std::max<std::size_t>(2, word.size() / 2);
    std::vector<std::pair<std::size_t, std::string>> ranked;
    for (const auto& candidate : candidates)
        if (const std::size_t far = distance(word, candidate); far <= bound)
            ranked.emplace_back(far, candidate);
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> result;
    for (auto& [far, candidate] : ranked) {
        // Beside a near certain match the merely similar ones are noise.
        if (result.size() == at_most || (far > ranked.front().first && ranked.front().first <= 1))
            break;
        result.push_back(std::move(candidate));
    }
    return result;
}

std::string join_or(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

}  // namespace ipcmark
