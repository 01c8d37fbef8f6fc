#include "bench/calibration_file.hpp"

#include <filesystem>
#include <iostream>

#include "bench/subcommand.hpp"
#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/text_file.hpp"
#include "reports/decode.hpp"
#include "reports/read_result.hpp"

namespace ipcmark {

namespace {

/// What a calibration file must have.
struct calibration_read {
    std::string name;
    std::string version;
    std::string fingerprint;
    tree calibration;
};

std::string text_at(const tree& document, std::string_view block, std::string_view key) {
    const tree* outer = document.find(block);
    const tree* inner = outer == nullptr ? nullptr : outer->find(key);
    return inner != nullptr && inner->is_text() ? inner->as_text() : std::string();
}

/// Throws command_error unless the file is a calibration.
calibration_read read_calibration(const std::string& file) {
    constexpr std::size_t limit_bytes = 64u << 20;
    const auto refuse = [&](const std::string& why) {
        return command_error(
            file + " " + why + "; `ipcmark calibrate --json " + file + "` writes one",
            exit_unreadable);
    };
    tree document;
    try {
        document = parse_json(decoded(read_input(file, limit_bytes), file, limit_bytes));
    } catch (const malformed_json& e) {
        throw command_error(file + ": " + e.what(), exit_unreadable);
    } catch (const call_failed& e) {
        throw command_error(std::string("--calibration: ") + e.what(), exit_unreadable);
    } catch (const std::runtime_error& e) {
        throw command_error(e.what(), exit_unreadable);
    }
    calibration_read found{text_at(document, "schema", "name"),
                           text_at(document, "schema", "version"),
                           text_at(document, "environment", "fingerprint"),
                           {}};
    if (found.name != calibration_schema) throw refuse("is no calibration");
    if (!found.version.starts_with("1.")) throw refuse("is a calibration of another version");
    const tree* figures = document.find("calibration");
    if (figures == nullptr || !figures->is_object() || found.fingerprint.empty())
        throw refuse("is a calibration without its figures");
    // It becomes a part of a result, which nobody could read with a block that is none.
    const std::string fault = calibration_fault(*figures);
    if (!fault.empty()) throw refuse("is a calibration with a fault: " + fault);
    found.calibration = *figures;
    return found;
}

}  // namespace

tree calibration_document(const run_header& header, tree calibration,
                          const std::map<std::string, failure>& left_out,
                          const std::vector<identical_pair>& series) {
    tree reasons = tree::array();
    for (const auto& [cell, why] : left_out)
        reasons.push_back({{"cell", cell}, {"status", to_word(why.ended)}, {"text", why.text}});
    tree recorded = tree::array();
    for (const auto& each : series)
        recorded.push_back(
            {{"cell", each.cell}, {"metric", each.metric}, {"log_ratios", each.log_ratios}});
    return {{"schema", {{"name", calibration_schema}, {"version", "1.0"}}},
            {"environment", to_tree(header.environment)},
            {"build", to_tree(header.build)},
            {"clock", to_tree(header.clock)},
            {"plan", to_tree(header.plan)},
            {"calibration", std::move(calibration)},
            {"left_out", std::move(reasons)},
            {"series", std::move(recorded)}};
}

tree calibration_for(const std::string& asked_file, const std::string& result_file,
                     const std::string& fingerprint) {
    if (!asked_file.empty()) {
        const calibration_read document = read_calibration(asked_file);
        if (document.fingerprint != fingerprint)
            throw command_error(
                "--calibration " + asked_file +
                    ": it was made on another machine, or this one's kernel, settings or limits "
                    "have changed since; run `ipcmark calibrate` here",
                exit_environment_refused);
        return document.calibration;
    }
    if (result_file == "-") return nullptr;
    const auto beside = std::filesystem::path(result_file).parent_path() / calibration_file_name;
    std::error_code ignored;
    if (!std::filesystem::exists(beside, ignored)) return nullptr;
    try {
        const calibration_read document = read_calibration(beside.string());
        if (document.fingerprint == fingerprint) return document.calibration;
        std::cerr << "ipcmark: " << beside.string()
                  << " was made on another machine or under other settings and is not used; run "
                     "`ipcmark calibrate` again\n";
    } catch (const command_error& e) {
        std::cerr << "ipcmark: not used: " << e.what() << '\n';
    }
    return nullptr;
}

}  // namespace ipcmark
