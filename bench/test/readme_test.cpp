#include <cstdlib>
#include <regex>

#include "bench/test/cli_test.hpp"

/// What the texts of the tree say of the program.
namespace ipcmark::test {
namespace {

const std::string source = IPCMARK_SOURCE;

class readme : public cli_test {
protected:
    std::set<std::string> commands() {
        const std::string help = expect_code(0, "ipcmark --help").out;
        const std::regex row("\n  ([a-z]+)  +[A-Za-z]");
        std::set<std::string> names;
        for (std::sregex_iterator at(help.begin(), help.end(), row), end; at != end; ++at)
            names.insert((*at)[1]);
        return names;
    }
};

TEST_F(readme, of_transports_names_every_mechanism_and_no_other) {
    const std::string text = read_file(source + "/transports/README.md");
    const auto begin = text.find("## Mechanisms");
    ASSERT_NE(begin, std::string::npos);
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

TEST_F(readme, every_flag_of_a_cell_is_explained) {
    const std::string words = read_file(source + "/reports/view/cell_flags.cpp");
    const std::regex given("flags\\.emplace_back\\(\"([a-z_]+)\"\\)");
    std::set<std::string> flags;
    for (const auto& file : std::filesystem::directory_iterator(source + "/harness/analysis")) {
        if (file.path().extension() != ".cpp") continue;
        const std::string text = read_file(file.path());
        for (std::sregex_iterator at(text.begin(), text.end(), given), end; at != end; ++at)
            flags.insert((*at)[1]);
    }
    EXPECT_GE(flags.size(), 10u);
    for (const auto& flag : flags)
        EXPECT_NE(words.find("{\"" + flag + "\", "), std::string::npos) << flag;
}

TEST_F(readme, names_every_command) {
    const std::string text = read_file(source + "/README.md");
    for (const auto& name : commands())
        EXPECT_NE(text.find('`' + name), std::string::npos) << name;
}

TEST_F(readme, shows_what_the_program_prints_of_the_sample) {
    const std::string text = read_file(source + "/README.md");
    const std::string begin = "```text\n";
    const auto at = text.find(begin);
    ASSERT_NE(at, std::string::npos);
    const std::string block =
        text.substr(at + begin.size(), text.find("```", at + begin.size()) - at - begin.size());
    EXPECT_LE(std::count(block.begin(), block.end(), '\n'), 10);
    const auto printed = expect_code(0, "COLUMNS=78 LC_ALL=C.UTF-8 ipcmark report " + source +
                                            "/reports/samples/sample.result.json --format text");
    EXPECT_TRUE(printed.out.ends_with("\n\n" + block)) << printed.out;
}

TEST_F(readme, of_the_guide_is_what_help_prints) {
    EXPECT_EQ(expect_code(0, "ipcmark help guide").out, read_file(source + "/bench/guide.md"));
    EXPECT_TRUE(matches(expect_code(0, "ipcmark").out, "ipcmark help guide"));
    EXPECT_TRUE(matches(expect_code(0, "ipcmark help").out, "ipcmark help guide"));
}

/// Words after the program's name where a command stands: quoted, or first in a line of an example.
std::set<std::string> commands_named(const std::string& text, const std::string& quotes = "`>\"(") {
    const std::string program = "ipcmark ";
    std::set<std::string> names;
    for (auto at = text.find(program); at != std::string::npos; at = text.find(program, at + 1)) {
        const auto begin = text.find_last_not_of(' ', at == 0 ? 0 : at - 1);
        const bool is_quoted = at > 0 && quotes.find(text[at - 1]) != std::string::npos;
        const bool is_example = at > 1 && begin < at && text[begin] == '\n' && at - begin > 2;
        if (!is_quoted && !is_example) continue;
        const auto from = at + program.size();
        const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", from);
        if (end > from) names.insert(text.substr(from, end - from));
    }
    return names;
}

TEST_F(readme, and_every_output_name_only_commands_that_exist) {
    std::set<std::string> known = commands();
    known.insert({"help", "worker", "guide"});
    std::map<std::string, std::string> texts;
    for (const char* file : {"README.md", "CONTRIBUTING.md", "bench/guide.md", "harness/README.md",
                             "transports/README.md", "reports/README.md", "reports/web/README.md",
                             "reports/samples/README.md", "harness/worker/PROTOCOL.md"})
        texts[file] = read_file(source + "/" + file);
    for (const auto& name : commands())
        texts["help " + name] = expect_code(0, "ipcmark help " + name).out;
    for (const char* command :
         {"", "help", "man", "list --long", "inspect", "doctor",
          "report " IPCMARK_SAMPLE " --format text --all-tables --problems",
          "report " IPCMARK_SAMPLE " --format text", "report " IPCMARK_SAMPLE " --format markdown",
          "report " IPCMARK_SAMPLE " " IPCMARK_SAMPLE " --format text",
          "report " IPCMARK_SAMPLE " " IPCMARK_SAMPLE " --format markdown",
          "report " IPCMARK_SAMPLE " --format html -o -"}) {
        const auto ended = box.run(std::string("ipcmark ") + command);
        texts[command] = ended.out + "\n" + ended.err;
    }
    texts["some text"] = read_file(IPCMARK_PROGRAM);
    for (const auto& [where, text] : texts) {
        for (const auto& name : commands_named(text, where == "some text" ? "`" : "`>\"("))
            EXPECT_EQ(known.count(name), 1u) << where << " names ipcmark " << name;
        // What was once promised, however it is written.
        for (const char* name : {"ab", "compare", "diff", "gate", "history", "export", "recommend"})
            if (known.count(name) == 0) {
                EXPECT_EQ(text.find("ipcmark " + std::string(name) + " "), std::string::npos)
                    << where << " names ipcmark " << name;
            }
    }
    EXPECT_EQ(commands_named("see `ipcmark nonsense`\n    ipcmark rubbish --all\nipcmark measures"),
              (std::set<std::string>{"nonsense", "rubbish"}));
}

}  // namespace
}  // namespace ipcmark::test
