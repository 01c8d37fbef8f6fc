#include <regex>

#include "bench/test/cli_test.hpp"

namespace ipcmark::test {

testing::AssertionResult matches(const std::string& text, const std::string& expression) {
    if (std::regex_search(text, std::regex(expression))) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "no /" << expression << "/ in:\n" << text;
}

}  // namespace ipcmark::test
