#include <filesystem>
#include <regex>
#include <sstream>

#include "bench/test/cli_test.hpp"

/// Outputs that odd places refuse: nothing that was measured is lost.
namespace ipcmark::test {
namespace {

namespace fs = std::filesystem;

const std::string one_cell = tiny + "--no-floors --quiet ";

class outputs : public cli_test {
protected:
    /// The file that a message names as the place of what was measured.
    std::string rescue_in(const std::string& text) {
        std::smatch found;
        EXPECT_TRUE(std::regex_search(
            text, found, std::regex("(what was measured|the result) is in ([^ ,\n]+)")))
            << text;
        return found.empty() ? "" : found[2].str();
    }

    /// Waits until so many repetitions are in a journal.
    void wait_for_lines(const std::string& file, std::size_t lines) {
        for (int i = 0; i < 2'000; ++i) {
            const std::string text = box.read(file);
            if (std::count(text.begin(), text.end(), '\n') >= static_cast<std::ptrdiff_t>(lines))
                return;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        ADD_FAILURE() << file << " does not grow";
    }

    nlohmann::json rescued(const std::string& file) {
        return nlohmann::json::parse(
            expect_code(0, "ipcmark report " + file + " --format json").out);
    }
};

struct refused_write {
    const char* name;
    const char* rules;
    const char* sentence;
    std::size_t repetitions;  // that must be found again, at least
};

void PrintTo(const refused_write& c, std::ostream* to) {
    *to << c.name;
}

class write_refused : public outputs, public testing::WithParamInterface<refused_write> {};

TEST_P(write_refused, ends_with_5_and_names_where_everything_is) {
    const auto& [name, rules, sentence, repetitions] = GetParam();
    box.set("LD_PRELOAD", IPCMARK_REFUSING);
    box.set("REFUSE", rules);
    const auto ended = expect_code(5, one_cell + "--html page.html");
    box.set("REFUSE", "");
    EXPECT_TRUE(matches(ended.err, sentence));
    const auto file = rescue_in(ended.err);
    EXPECT_GE(repetitions_of(rescued(file)).size(), repetitions) << file;
    if (file.find("ipcmark-rescued") != std::string::npos) fs::remove(box.work() / file);
}

INSTANTIATE_TEST_SUITE_P(
    at, write_refused,
    testing::Values(
        refused_write{"journal_full", "write:ENOSPC:.journal:5",
                      "write results.json.journal: No space left", 1},
        refused_write{"journal_quota", "write:EDQUOT:.journal:5",
                      "write results.json.journal: Disk quota exceeded", 1},
        refused_write{"journal_stale", "write:ESTALE:.journal:5",
                      "write results.json.journal: Stale file handle", 1},
        refused_write{"journal_too_large", "write:EFBIG:.journal:5",
                      "write results.json.journal: File too large", 1},
        refused_write{"journal_and_result", "write:EIO:results.json:6",
                      "write results.json.journal: Input/output error", 1},
        refused_write{"result_full", "write:ENOSPC:results.json.tmp:1",
                      "write results.json: No space left", 2},
        refused_write{"result_quota", "write:EDQUOT:results.json.tmp:1",
                      "write results.json: Disk quota exceeded", 2},
        refused_write{"result_too_large", "write:EFBIG:results.json.tmp:1",
                      "write results.json: File too large", 2},
        refused_write{"result_not_synced", "fsync:ESTALE:results.json.tmp:1",
                      "write results.json: Stale file handle", 2},
        refused_write{"result_read_only", "open:EROFS:results.json.tmp:1",
                      "create results.json: Read-only file system", 2},
        refused_write{"result_in_place_too",
                      "rename:EBUSY:results.json write:EDQUOT:results.json:9",
                      "Disk quota exceeded", 1},
        refused_write{"page_full", "write:ENOSPC:page.html.tmp:1",
                      "write page.html: No space left on device; the result is in results.json", 2},
        refused_write{"page_read_only", "open:EROFS:page.html.tmp:1", "the result is in", 2}),
    [](const auto& each) { return std::string(each.param.name); });

TEST_F(outputs, are_tried_before_anything_is_measured) {
    box.set("LD_PRELOAD", IPCMARK_REFUSING);
    for (const auto& [rules, sentence] :
         {std::pair{"write:EDQUOT:results.json.tmp", "write results.json: Disk quota exceeded"},
          std::pair{"open:EROFS:results.json.tmp",
                    "create results.json.*choose another place.*: Read-only file system"},
          std::pair{"open:EROFS:.journal", "create results.json.journal.*--journal FOLDER"},
          std::pair{"write:ENOSPC:page.html", "write page.html: No space left"}}) {
        box.set("REFUSE", rules);
        expect_refused(5, one_cell + "--html page.html", sentence);
    }
}

TEST_F(outputs, that_cannot_be_renamed_over_are_written_in_place) {
    box.set("LD_PRELOAD", IPCMARK_REFUSING);
    for (const char* why : {"EBUSY", "EXDEV", "EPERM"}) {
        box.set("REFUSE", std::string("rename:") + why + ":.json rename:" + why + ":.html");
        box.write("r.json", std::string(1'000'000, ' '));
        const auto run = expect_code(0, one_cell + "--json r.json --html page.html");
        for (const char* file : {"r.json", "page.html"})
            EXPECT_TRUE(matches(run.err, std::string("ipcmark: ") + file +
                                             " is written in place: renaming over it is refused"))
                << run.err;
        expect_code(0, "ipcmark validate r.json");
        expect_code(0, "ipcmark report r.json -o page.html");
        EXPECT_EQ(box.files(), (std::vector<std::string>{"page.html", "r.json"})) << why;
    }
}

TEST_F(outputs, that_are_mount_points_are_written) {
    const std::string inside =
        "unshare -m --propagation private sh -c ': > host.json; : > out.json; "
        "mount --bind host.json out.json && ";
    if (!possible("unshare -m sh -c 'mount -t tmpfs none /mnt'"))
        GTEST_SKIP() << "mounting is not permitted";
    const auto run = expect_code(0, inside + one_cell + "--json out.json && umount out.json'");
    EXPECT_TRUE(matches(run.err, "out.json is written in place: .* it is mounted singly"))
        << run.err;
    expect_code(0, "ipcmark validate host.json");
    EXPECT_EQ(box.read("out.json"), "");
}

TEST_F(outputs, through_symbolic_links_are_written_where_they_lead) {
    fs::create_directory(box.work() / "deep");
    fs::create_symlink("deep/target.json", box.work() / "latest.json");  // to nothing yet
    for (int i = 0; i < 2; ++i) {
        expect_code(0, one_cell + "--json latest.json");
        EXPECT_TRUE(fs::is_symlink(box.work() / "latest.json"));
        expect_code(0, "ipcmark validate deep/target.json");
    }
    fs::create_symlink("loop.json", box.work() / "loop.json");
    expect_refused(5, one_cell + "--json loop.json", "loop.json: Too many levels");
    for (const char* device : {"/dev/null", "/dev/stdout", "/dev/fd/1"})
        expect_code(0, one_cell + "--json " + device);
    expect_code(0, one_cell + "--json /dev/stdout > out.json");
    expect_code(0, "ipcmark validate out.json");
    expect_code(0, one_cell + "--json /dev/fd/9 9> nine.json");
    expect_code(0, "ipcmark validate nine.json");
    EXPECT_FALSE(fs::exists("/dev/stdout.journal"));
}

TEST_F(outputs, keep_the_mode_of_the_file_that_is_replaced) {
    box.write("r.json", "");
    fs::permissions(box.work() / "r.json", fs::perms(0640));
    expect_code(0, "umask 0; " + one_cell + "--json r.json");
    EXPECT_EQ(fs::status(box.work() / "r.json").permissions(), fs::perms(0640));
}

TEST_F(outputs, whose_folder_vanishes_are_kept_elsewhere) {
    fs::create_directory(box.work() / "out");
    running command = box.start(lasting + "--no-floors --json out/r.json");
    ASSERT_FALSE(command.wait_for_workers().empty());
    wait_for_lines("out/r.json.journal", 8);
    fs::remove_all(box.work() / "out");
    command.signal(SIGINT);
    const auto ended = command.wait();
    EXPECT_EQ(ended.code, 5) << ended.err;
    const auto file = rescue_in(ended.err);
    EXPECT_GE(repetitions_of(rescued(file)).size(), 1u);
    expect_code(0, "ipcmark validate " + file);
}

TEST_F(outputs, beyond_the_limit_of_a_file_are_told_beforehand) {
    expect_refused(5, "ulimit -f 64; " + one_cell,
                   "results.json takes about \\d+ KiB, and no file may be larger than 32 KiB here "
                   "\\(RLIMIT_FSIZE\\); raise it");
    expect_code(0, "ulimit -S -f 64; " + one_cell);
}

struct same_file {
    const char* name;
    const char* arguments;
    const char* sentence;
};

void PrintTo(const same_file& c, std::ostream* to) {
    *to << c.name;
}

class same : public outputs, public testing::WithParamInterface<same_file> {};

TEST_P(same, file_twice_is_refused_and_left_as_it_is) {
    fs::copy_file(IPCMARK_SAMPLE, box.work() / "r.json");
    fs::create_hard_link(box.work() / "r.json", box.work() / "hard.json");
    fs::create_symlink("r.json", box.work() / "soft.json");
    expect_code(0, "ipcmark run --mechanism pipe --print-plan > plan.json");
    const std::string before = box.read("r.json");
    expect_refused(2, std::string("ipcmark ") + GetParam().arguments, GetParam().sentence);
    EXPECT_EQ(box.read("r.json"), before);
}

INSTANTIATE_TEST_SUITE_P(
    as, same,
    testing::Values(
        same_file{"input", "report r.json -o r.json",
                  "the report r.json would overwrite the input"},
        same_file{"hard_link", "report r.json --format json -o hard.json", "would overwrite"},
        same_file{"symbolic_link", "report soft.json --format csv -o r.json", "would overwrite"},
        same_file{"other_spelling", "report r.json -o ../$(basename $PWD)/r.json",
                  "would overwrite"},
        same_file{"second_input", "report " IPCMARK_SAMPLE " r.json -o r.json", "would overwrite"},
        same_file{"standard_input", "report - -o r.json < r.json", "would overwrite"},
        same_file{"standard_output", "report r.json --format csv >> r.json", "would overwrite"},
        same_file{"result_and_page", "run --json new.json --html ./new.json -m pipe",
                  "the result new.json would overwrite the page ./new.json"},
        same_file{"plan_and_result", "run --plan plan.json --json ./plan.json --force",
                  "would overwrite the plan plan.json"},
        same_file{"calibration", "run -m pipe --calibration r.json --json soft.json --force",
                  "would overwrite the calibration r.json"}),
    [](const auto& each) { return std::string(each.param.name); });

class journals : public outputs {
protected:
    /// What a run that was killed leaves.
    void leave_journal(const std::string& file, const std::string& flags = "") {
        running command = box.start(lasting + "--no-floors --seed 3 " + flags);
        EXPECT_FALSE(command.wait_for_workers().empty());
        wait_for_lines(file, 8);
        command.signal(SIGKILL);
        command.wait();
        for (int i = 0; i < 1'000 && !box.processes().empty(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
};

TEST_F(journals, of_older_runs_are_kept_when_a_result_is_overwritten) {
    leave_journal("results.json.journal");
    const auto first = repetitions_of(rescued("results.json.journal")).size();
    EXPECT_GE(first, 1u);
    const auto ended = expect_code(0, one_cell + "--force --json results.json");
    EXPECT_TRUE(matches(ended.err, "it is kept as results.json.journal.1"));
    EXPECT_EQ(repetitions_of(rescued("results.json.journal.1")).size(), first);
    EXPECT_EQ(box.files(), (std::vector<std::string>{"results.json", "results.json.journal.1"}));
    box.write("results.json.journal", "{\"journal\":");
    expect_code(0, one_cell + "--force --json results.json");
    EXPECT_EQ(box.read("results.json.journal.2"), "{\"journal\":");
    expect_code(0, "ipcmark inspect --clean > /dev/null");
}

TEST_F(journals, are_kept_in_a_folder_of_their_own_where_one_is_named) {
    fs::create_directory(box.work() / "lines");
    leave_journal("lines/r.json.journal", "--journal lines --json r.json");
    EXPECT_GE(repetitions_of(rescued("lines/r.json.journal")).size(), 1u);
    EXPECT_EQ(box.files(), std::vector<std::string>{"lines"});
    leave_journal("lines/null.journal", "--journal lines --json /dev/null");
    EXPECT_GE(repetitions_of(rescued("lines/null.journal")).size(), 1u);
    expect_refused(2, tiny.substr(0, tiny.find("--force")) + "--journal lines --json r.json",
                   "lines/r.json.journal holds what a run that did not end measured");
    expect_refused(5, one_cell + "--journal nowhere", "create nowhere/results.json.journal");
    expect_code(0, "ipcmark inspect --clean > /dev/null");
}

TEST_F(journals, that_are_damaged_are_read_up_to_the_damage) {
    leave_journal("results.json.journal");
    const std::string whole = box.read("results.json.journal");
    std::vector<std::string> lines;
    std::istringstream from(whole);
    for (std::string line; std::getline(from, line);)
        lines.push_back(line + "\n");
    ASSERT_GE(lines.size(), 5u);
    const auto all = repetitions_of(rescued("results.json.journal")).size();
    const std::size_t at = lines.size() - 2;
    for (const std::string& damage :
         {std::string("{\"cell\":\n"), std::string("no json\n"), std::string("{}\n"),
          std::string("{\"cell\":\"of another run\",\"purpose\":\"timed\"}\n"),
          std::string("{\"cell\":7}\n"), std::string(64, '\0') + "\n",
          lines[1].substr(0, 40) + lines[2]}) {
        std::string text;
        for (std::size_t i = 0; i < lines.size(); ++i)
            text += i == at ? damage : lines[i];
        box.write("damaged.journal", text);
        const auto document = rescued("damaged.journal");
        EXPECT_GE(repetitions_of(document).size() + 2, all) << damage;
        EXPECT_TRUE(matches(document.at("incomplete_reason"),
                            "; line " + std::to_string(at + 1) + " is damaged"))
            << damage;
    }
    expect_code(0, "ipcmark inspect --clean > /dev/null");
}

}  // namespace
}  // namespace ipcmark::test
