#include "harness/contract/patterns.hpp"

#include <algorithm>

namespace ipcmark {

namespace {

template <class Wanted>
std::string words_of(Wanted wanted) {
    std::string words;
    for (const pattern_info& row : pattern_table)
        if (wanted(row)) words += (words.empty() ? "" : ", ") + std::string(row.word);
    return words;
}

}  // namespace

std::string pattern_words(bool (*wanted)(const pattern_info&)) {
    return words_of([&](const pattern_info& row) { return wanted == nullptr || wanted(row); });
}

std::string patterns_with(const parameter_spec& which) {
    return words_of([&](const pattern_info& row) {
        return std::find(row.parameters.begin(), row.parameters.end(), &which) !=
               row.parameters.end();
    });
}

std::vector<const parameter_spec*> all_parameters() {
    std::vector<const parameter_spec*> all;
    for (const pattern_info& row : pattern_table)
        for (const parameter_spec* each : row.parameters)
            if (each != nullptr && std::find(all.begin(), all.end(), each) == all.end())
                all.push_back(each);
    return all;
}

}  // namespace ipcmark
