#include "bench/externals.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "bench/outside_options.hpp"
#include "bench/program_output.hpp"
#include "bench/subcommand.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/text_file.hpp"
#include "reports/decode.hpp"
#include "reports/embedded.hpp"
#include "reports/read_result.hpp"

namespace ipcmark {

namespace fs = std::filesystem;

namespace {

constexpr const char* external_flag = "--external";
constexpr const char* external_places[] = {"external", "../share/ipcmark/external"};

std::string text_member(const tree& from, std::string_view key) {
    const tree* found = from.find(key);
    return found == nullptr ? std::string() : found->as_text();
}

/// The words of a command, {folder} replaced.
std::vector<std::string> words_member(const tree& from, std::string_view key,
                                      const fs::path& folder) {
    constexpr std::string_view mark = "{folder}";
    std::vector<std::string> words;
    if (const tree* found = from.find(key))
        for (const tree& each : found->elements()) {
            std::string word = each.as_text();
            for (auto at = word.find(mark); at != std::string::npos; at = word.find(mark, at))
                word.replace(at, mark.size(), folder.string());
            words.push_back(std::move(word));
        }
    return words;
}

/// Whether the program is there and, where there is a probe, that succeeds. A probe may take as
/// long as an interpreter's start, so its answer is kept.
class availability {
public:
    availability(const external_worker& worker, std::vector<std::string> probe, std::string install)
        : program_(worker.programs ? worker.programs->producer.front() : worker.command.front()),
          language_(worker.language),
          probe_(std::move(probe)),
          install_(std::move(install)) {}

    std::optional<std::string> operator()() const {
        if (install_.empty() && probe_.empty()) return std::nullopt;
        if (!find_program(program_)) return lacking(program_ + " is not on the PATH");
        if (probe_.empty() || probe_succeeds()) return std::nullopt;
        return lacking("its " + language_ + " lacks what it needs");
    }

private:
    std::string lacking(const std::string& what) const {
        return install_.empty() ? what : what + "; " + install_;
    }

    bool probe_succeeds() const {
        static std::map<std::vector<std::string>, bool> known;
        const auto at = known.find(probe_);
        if (at != known.end()) return at->second;
        bool good = false;
        try {
            const child_end end = output_of(probe_, complaints::dropped).end;
            good = end.exited && end.code == 0;
        } catch (const call_failed&) {
            good = false;
        }
        return known[probe_] = good;
    }

    std::string program_;
    std::string language_;
    std::vector<std::string> probe_;
    std::string install_;
};

void take_payload(const tree& from, payload_range& range, const std::string& file) {
    if (const tree* least = from.find("min_bytes")) range.min_bytes = least->as_uint();
    if (const tree* most = from.find("max_bytes")) range.max_bytes = most->as_uint();
    if (range.min_bytes > range.max_bytes)
        throw command_error(file + ": /payload its min_bytes is above its max_bytes",
                            exit_unreadable);
}

void take_traits(const tree& from, traits& facts) {
    const auto take = [&from](std::string_view key, bool& fact) {
        if (const tree* told = from.find(key)) fact = told->as_bool();
    };
    take("peer_death_detected", facts.peer_death_detected);
    take("unrelated_processes", facts.unrelated_processes);
}

void take_programs(const tree& from, external_worker& made) {
    const fs::path folder = fs::path(made.file).parent_path();
    made.programs = {words_member(from, "producer", folder),
                     words_member(from, "consumer", folder)};
    made.patterns = {pattern::programs};
    made.payload = {.min_bytes = 0, .max_bytes = 0};
    made.copies_per_message = 0;
}

std::function<std::optional<std::string>()> programs_lacking(const program_pair& programs) {
    return [names = std::array{programs.producer.front(),
                               programs.consumer.front()}]() -> std::optional<std::string> {
        for (const std::string& each : names)
            if (!find_program(each)) return each + " is no program that can be started";
        return std::nullopt;
    };
}

/// What a shell would do nothing to goes without one.
std::vector<std::string> command_words(const std::string& text) {
    if (text.find_first_of("|&;<>()$`\\\"'*?[]#~=%{}\n!") != std::string::npos)
        return {"sh", "-c", text};
    std::vector<std::string> words;
    std::istringstream stream(text);
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

std::shared_ptr<const external_worker> external_from(const tree& from, const fs::path& file) {
    auto made = std::make_shared<external_worker>();
    made->name = text_member(from, "name");
    made->summary = text_member(from, "summary");
    made->family = text_member(from, "family");
    made->reference = text_member(from, "reference");
    made->language = text_member(from, "language");
    made->adds = text_member(from, "adds");
    made->file = file;
    made->command = words_member(from, "command", file.parent_path());
    if (const tree* pair = from.find("programs")) take_programs(*pair, *made);
    if (const tree* copies = from.find("copies_per_message"))
        made->copies_per_message = static_cast<unsigned>(copies->as_uint());
    if (const tree* range = from.find("payload")) take_payload(*range, made->payload, file);
    if (const tree* claimed = from.find("traits")) take_traits(*claimed, made->facts);
    if (from.contains("wait")) made->wait = *from_word<wait_style>(text_member(from, "wait"));
    if (const tree* known = from.find("patterns")) {
        made->patterns.clear();
        for (const tree& each : known->elements())
            made->patterns.push_back(*from_word<pattern>(each.as_text()));
    }
    if (made->programs && !from.contains("probe") && !from.contains("install")) {
        made->unavailable = programs_lacking(*made->programs);
        return made;
    }
    made->unavailable = availability(*made, words_member(from, "probe", file.parent_path()),
                                     text_member(from, "install"));
    return made;
}

void register_external(const fs::path& file, registry& all) {
    const auto worker = read_external(file);
    try {
        all.add_external(worker);
    } catch (const registration_refused& e) {
        throw command_error(file.string() + ": /name " + e.what(), exit_unreadable);
    }
}

fs::path own_folder() {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const char* place : external_places)
        if (!error && fs::is_directory(program / place, error)) return program / place;
    return {};
}

}  // namespace

std::shared_ptr<const external_worker> read_external(const fs::path& file) {
    constexpr std::size_t limit_bytes = std::size_t{1} << 20;
    const fs::path whole = fs::absolute(file).lexically_normal();
    try {
        const std::string text = decoded(read_input(file, limit_bytes), file, limit_bytes);
        const tree described = parse_json_of(file, text, true);
        require_schema(described, external_schema_text(), file);
        return external_from(described, whole);
    } catch (const command_error&) {
        throw;
    } catch (const unreadable_result& e) {
        throw command_error(e.what(), exit_unreadable);
    } catch (const std::exception& e) {
        throw command_error(std::string(external_flag) + ": " + e.what(), exit_unreadable);
    }
}

void register_externals(std::vector<std::string>& arguments, registry& all) {
    for (const auto& file : take_values(arguments, external_flag, "a file"))
        register_external(file, all);
}

void register_programs(std::vector<std::string>& arguments, registry& all) {
    constexpr const char* name = "programs";
    const auto producers = take_values(arguments, "--command-producer", "a command");
    const auto consumers = take_values(arguments, "--command-consumer", "a command");
    if (producers.empty() && consumers.empty()) return;
    if (arguments.empty() || (arguments.front() != "run" && arguments.front() != "ab"))
        throw command_error("--command-producer and --command-consumer are options of run and ab");
    if (producers.size() != 1 || consumers.size() != 1)
        throw command_error(
            "--command-producer and --command-consumer go together, once each; "
            "several pairs are described in files for --external");
    auto made = std::make_shared<external_worker>();
    made->name = name;
    made->summary = "two programs: " + producers.front() + " and " + consumers.front();
    made->family = "programs";
    made->language = "any";
    made->file = "--command-producer";
    made->payload = {.min_bytes = 0, .max_bytes = 0};
    made->copies_per_message = 0;
    made->patterns = {pattern::programs};
    made->programs = {command_words(producers.front()), command_words(consumers.front())};
    for (const auto& command : {made->programs->producer, made->programs->consumer})
        if (command.empty()) throw command_error("a command is empty");
    made->unavailable = programs_lacking(*made->programs);
    all.add_external(std::move(made));
    arguments.insert(arguments.end(), {"--mechanism", name, "--pattern", name});
    const bool placed = std::any_of(arguments.begin(), arguments.end(), [](const auto& each) {
        return each.starts_with("--placement");
    });
    // Threads of theirs would all share one CPU.
    if (!placed) arguments.insert(arguments.end(), {"--placement", "free"});
}

void register_own_externals(registry& all) {
    const fs::path folder = own_folder();
    if (folder.empty()) return;
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& each : fs::directory_iterator(folder, error))
        if (each.path().extension() == ".json") files.push_back(each.path());
    std::ranges::sort(files);
    for (const auto& file : files)
        register_external(file, all);
}

std::function<const external_worker*(std::string_view)> externals_of(const registry& all) {
    return [&all](std::string_view name) -> const external_worker* {
        const registration* entry = all.find(name);
        return entry == nullptr ? nullptr : entry->external.get();
    };
}

}  // namespace ipcmark
