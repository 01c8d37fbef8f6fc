#include "reports/read_result.hpp"

#include <iostream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <unordered_set>

#include "harness/analysis/ab_builder.hpp"
#include "harness/analysis/result_builder.hpp"
#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/result/result_file.hpp"
#include "reports/decode.hpp"
#include "reports/embedded.hpp"
#include "reports/json_schema.hpp"
#include "reports/view/comparison_view.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t file_limit_bytes = std::size_t{512} << 20;

std::string read_all(const std::filesystem::path& file) {
    try {
        if (file == "-")
            return decoded({std::istreambuf_iterator<char>(std::cin), {}}, "standard input",
                           file_limit_bytes);
        return decoded(read_input(file, file_limit_bytes), file.string(), file_limit_bytes);
    } catch (const std::exception& e) {
        throw unreadable_result(e.what());
    }
}

bool is_journal(const std::string& text) {
    return text.starts_with(R"({"journal":)");
}

/// Takes the lines of a journal up to its end or the first that is damaged, which it tells; the
/// last may be cut, and is left out.
template <class Builder>
std::string restore_lines(std::istream& lines, Builder& restored) {
    std::string line;
    for (std::size_t number = 2; std::getline(lines, line) && !lines.eof(); ++number) {
        if (line.empty()) continue;
        try {
            restored.restore(parse_json(line));
        } catch (const std::exception&) {
            return "; line " + std::to_string(number) +
                   " is damaged, and what follows it is left out";
        }
    }
    return {};
}

/// Whatever is wrong with its calibration: what was measured is worth more.
void leave_out_faulty_calibration(result_builder& restored) {
    if (!calibration_fault(restored.header().calibration).empty())
        restored.header().calibration = nullptr;
}

constexpr const char* rebuilt = "rebuilt from the journal of a run that did not end";

tree rebuilt_document(std::istream& lines, const tree& first_line) {
    if (is_ab_journal(first_line)) {
        ab_builder restored(first_line);
        for (const std::size_t side : {0, 1})
            leave_out_faulty_calibration(restored.side(side));
        const std::string damage = restore_lines(lines, restored);
        return to_tree(restored.result(false, rebuilt + damage));
    }
    result_builder restored(first_line);
    leave_out_faulty_calibration(restored);
    const std::string damage = restore_lines(lines, restored);
    return to_tree(restored.result(false, rebuilt + damage));
}

tree rebuild(const std::string& text, const std::string& file_name) {
    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    try {
        return rebuilt_document(lines, parse_json(line));
    } catch (const malformed_json& e) {
        throw unreadable_result(file_name + ": " + e.what());
    } catch (const std::exception& e) {
        throw unreadable_result(file_name + ": a damaged journal: " + e.what());
    }
}

void require_readable_version(const tree& schema, const std::string& file_name) {
    const tree* version = schema.find("version");
    if (version != nullptr && version->is_text() && !version->as_text().starts_with("1."))
        throw unreadable_result(file_name + ": /schema/version is " + version->as_text() +
                                ", this ipcmark reads 1.x; use a newer ipcmark");
}

void require_version(const tree& document, const std::string& file_name) {
    const tree* schema = document.find("schema");
    if (schema == nullptr)
        throw unreadable_result(file_name +
                                ": no ipcmark result: \"schema\" is missing; a file written by "
                                "`ipcmark run --json FILE` is needed");
    const tree* name = schema->find("name");
    if (name != nullptr && *name == tree("ipcmark.result"))
        require_readable_version(*schema, file_name);
}

/// Where an object has two members of one name; empty: nowhere.
std::string repeated_key(const tree& value) {
    if (value.is_list()) {
        for (std::size_t i = 0; i < value.size(); ++i)
            if (const auto below = repeated_key(value.elements()[i]); !below.empty())
                return "/" + std::to_string(i) + below;
        return {};
    }
    if (!value.is_object()) return {};
    std::unordered_set<std::string_view> seen;
    for (const auto& [key, member] : value.named()) {
        if (!seen.insert(key).second) return "/" + key;
        if (const auto below = repeated_key(member); !below.empty())
            return std::string("/").append(key).append(below);
    }
    return {};
}

}  // namespace

tree parse_json_of(const std::string& file_name, const std::string& text, bool comments) {
    try {
        tree document = parse_json(text, comments);
        if (const std::string twice = repeated_key(document); !twice.empty())
            throw unreadable_result(file_name + ": " + twice +
                                    " stands there twice; which of the two counts?");
        return document;
    } catch (const malformed_json& e) {
        throw unreadable_result(file_name + ": " + e.what());
    }
}

void require_schema(const tree& document, std::string_view schema_text,
                    const std::string& file_name, const std::vector<tree>& others) {
    constexpr std::size_t most_told = 20;
    const auto faults = check_schema(parse_json(schema_text), document, most_told, others);
    if (faults.empty()) return;
    std::string text;
    for (const auto& fault : faults)
        text += (text.empty() ? "" : "\n") + file_name + ": " +
                (fault.pointer.empty() ? "the document" : fault.pointer) + " " + fault.text;
    throw unreadable_result(text);
}

std::string calibration_fault(const tree& block) {
    if (block.is_null()) return {};
    const tree schema{{"$ref", "#/$defs/calibration"},
                      {"$defs", parse_json(result_schema_text()).at("$defs")}};
    const auto faults = check_schema(schema, block, 1);
    return faults.empty() ? std::string()
                          : "/calibration" + faults.front().pointer + " " + faults.front().text;
}

namespace {

bool has_schema(const tree& document, std::string_view wanted) {
    const tree* schema = document.find("schema");
    const tree* name = schema == nullptr ? nullptr : schema->find("name");
    return name != nullptr && name->is_text() && name->as_text() == wanted;
}

void check_document(const tree& document, const std::string& name) {
    if (has_schema(document, ab_schema_name)) {
        require_readable_version(*document.find("schema"), name);
        require_schema(document, ab_schema_text(), name, {parse_json(result_schema_text())});
    } else {
        require_version(document, name);
        require_schema(document, result_schema_text(), name);
    }
}

tree checked_document(const std::string& text, const std::string& name) {
    if (is_journal(text)) return rebuild(text, name);
    tree document = parse_json_of(name, text);
    check_document(document, name);
    return document;
}

std::variant<run_result, ab_result> result_or_ab_of(const tree& document, const std::string& name) {
    try {
        if (has_schema(document, ab_schema_name)) return ab_result_from_tree(document);
        return run_result_from_tree(document);
    } catch (const bad_field& e) {
        throw unreadable_result(name + ": " + e.what());
    }
}

std::string name_of(const std::filesystem::path& file) {
    return file == "-" ? "standard input" : file.string();
}

}  // namespace

tree read_document(const std::filesystem::path& file) {
    return checked_document(read_all(file), name_of(file));
}

std::variant<run_result, ab_result> read_result_or_ab(const std::filesystem::path& file) {
    return result_or_ab_of(read_document(file), name_of(file));
}

void validate_document(const std::filesystem::path& file) {
    const std::string text = read_all(file);
    const std::string name = name_of(file);
    const bool journal = is_journal(text);
    const tree document = journal ? rebuild(text, name) : parse_json_of(name, text);
    if (has_schema(document, comparison_schema_name)) {
        require_readable_version(*document.find("schema"), name);
        require_schema(document, comparison_schema_text(), name);
        return;
    }
    if (!journal) check_document(document, name);
    result_or_ab_of(document, name);
}

run_result read_result(const std::filesystem::path& file) {
    auto read = read_result_or_ab(file);
    if (auto* result = std::get_if<run_result>(&read)) return std::move(*result);
    throw unreadable_result(name_of(file) +
                            " is what `ipcmark ab` wrote; it holds two results and is reported "
                            "alone, not beside others");
}

}  // namespace ipcmark
