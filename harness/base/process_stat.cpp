#include "harness/base/process_stat.hpp"

#include "harness/base/host_files.hpp"
#include "harness/base/numbers.hpp"

namespace ipcmark {

std::optional<process_stat> process_stat::parse(std::string_view text) {
    const auto open = text.find('(');
    const auto close = text.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
        return std::nullopt;
    process_stat found;
    found.name_ = text.substr(open + 1, close - open - 1);
    found.after_name_ = words_of(text.substr(close + 1));
    return found;
}

std::optional<std::int64_t> process_stat::field(std::size_t number) const {
    constexpr std::size_t first_after_name = 3;
    const std::size_t index = number - first_after_name;
    return index < after_name_.size() ? whole_number(after_name_[index]) : std::nullopt;
}

}  // namespace ipcmark
