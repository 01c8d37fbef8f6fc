#include <regex>

#include "bench/test/cli_test.hpp"

namespace ipcmark::test {
namespace {

class readme : public cli_test {};

TEST_F(readme, names_every_mechanism_and_no_other) {
    const std::string text = read_file(IPCMARK_README);
    const auto begin = text.find("## Mechanisms");
    const std::string section = text.substr(begin, text.find("\n## ", begin) - begin);
    const auto mechanisms = nlohmann::json::parse(expect_code(0, "ipcmark list --json").out);
    std::set<std::string> listed;
    for (const auto& each : mechanisms)
        listed.insert(each.at("name").get<std::string>());
    for (const auto& name : listed)
        EXPECT_NE(section.find('`' + name + '`'), std::string::npos) << name << " is missing";
    const std::regex quoted("`([a-z]+_[a-z0-9_]+)`");
    for (std::sregex_iterator at(section.begin(), section.end(), quoted), end; at != end; ++at)
        EXPECT_TRUE(listed.count((*at)[1]) == 1 || (*at)[1] == "unix_sockets") << (*at)[1];
}

TEST_F(readme, names_every_command) {
    const std::string text = read_file(IPCMARK_README);
    const std::string help = expect_code(0, "ipcmark --help").out;
    const std::regex row("\n  ([a-z]+)  +[a-z]");
    for (std::sregex_iterator at(help.begin(), help.end(), row), end; at != end; ++at)
        EXPECT_NE(text.find('`' + (*at)[1].str()), std::string::npos) << (*at)[1];
}

}  // namespace
}  // namespace ipcmark::test
