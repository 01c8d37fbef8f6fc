#include "reports/read_result.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <sstream>

#include "harness/analysis/result_builder.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/result/result_file.hpp"
#include "reports/embedded.hpp"
#include "reports/json_schema.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

constexpr std::size_t file_limit_bytes = std::size_t{512} << 20;
/// Ours are 8 levels deep; whoever walks a document may do so recursively.
constexpr int depth_limit = 64;

std::string read_all(const std::filesystem::path& file) {
    if (file == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
    try {
        return read_input(file, file_limit_bytes);
    } catch (const std::exception& e) {
        throw unreadable_result(e.what());
    }
}

bool is_journal(const std::string& text) {
    return text.starts_with(R"({"journal":)");
}

/// Looked at before parsing: a callback for every value would cost a third of the whole reading.
int deepest_nesting(const std::string& text) {
    int depth = 0;
    int deepest = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted) {
            if (c == '\\')
                ++at;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            deepest = std::max(deepest, ++depth);
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return deepest;
}

/// A journal may end in the middle of a line: the repetition that was being written is left out.
ordered_json rebuild(const std::string& text, const std::string& file_name) {
    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    try {
        result_builder restored(parse_json(line));
        while (std::getline(lines, line)) {
            if (lines.eof() || line.empty()) break;
            restored.restore(parse_json(line));
        }
        const run_result result =
            restored.result(false, "rebuilt from the journal of a run that did not end");
        return ordered_json::parse(json_text(to_tree(result)));
    } catch (const malformed_json& e) {
        throw unreadable_result(file_name + ": not JSON: " + e.what());
    } catch (const std::exception& e) {
        throw unreadable_result(file_name + ": a damaged journal: " + e.what());
    }
}

void require_version(const ordered_json& document, const std::string& file_name) {
    if (!document.is_object() || !document.contains("schema"))
        throw unreadable_result(file_name +
                                ": no ipcmark result: \"schema\" is missing; a file written by "
                                "`ipcmark run --json FILE` is needed");
    const auto& schema = document["schema"];
    if (!schema.is_object() || !schema.contains("version") || !schema["version"].is_string())
        return;
    const auto version = schema["version"].get<std::string>();
    if (schema.value("name", "") == "ipcmark.result" && !version.starts_with("1."))
        throw unreadable_result(file_name + ": /schema/version is " + version +
                                ", this ipcmark reads 1.x; use a newer ipcmark");
}

}  // namespace

ordered_json parse_json(const std::string& text, const std::string& file_name, bool comments) {
    try {
        const auto refuse = [&] {
            throw unreadable_result(file_name + ": nested deeper than " +
                                    std::to_string(depth_limit) + " levels");
        };
        if (!comments) {
            if (deepest_nesting(text) > depth_limit) refuse();
            return ordered_json::parse(text);
        }
        const auto shallow = [&](int depth, ordered_json::parse_event_t, ordered_json&) {
            if (depth >= depth_limit) refuse();  // the outermost is at 0
            return true;
        };
        return ordered_json::parse(text, shallow, true, comments);
    } catch (const ordered_json::exception& e) {
        // "[json.exception.parse_error.101] parse error at line 2, ...": the name says nothing.
        const std::string what = e.what();
        const auto name_end = what.find("] ");
        throw unreadable_result(file_name + ": not JSON: " +
                                (name_end == std::string::npos ? what : what.substr(name_end + 2)));
    }
}

void require_schema(const ordered_json& document, std::string_view schema_text,
                    const std::string& file_name) {
    const auto faults = check_schema(ordered_json::parse(schema_text), document);
    if (faults.empty()) return;
    std::string text;
    for (const auto& fault : faults)
        text += (text.empty() ? "" : "\n") + file_name + ": " +
                (fault.pointer.empty() ? "the document" : fault.pointer) + " " + fault.text;
    throw unreadable_result(text);
}

ordered_json read_result(const std::filesystem::path& file) {
    const std::string name = file == "-" ? "standard input" : file.string();
    const std::string text = read_all(file);
    if (is_journal(text)) return rebuild(text, name);
    auto document = parse_json(text, name);
    require_version(document, name);
    require_schema(document, result_schema_text(), name);
    return document;
}

}  // namespace ipcmark
