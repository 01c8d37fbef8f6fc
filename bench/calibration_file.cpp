#include "bench/calibration_file.hpp"

#include <filesystem>
#include <iostream>

#include "bench/subcommand.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/text_file.hpp"
#include "reports/read_result.hpp"

namespace ipcmark {

using nlohmann::ordered_json;

namespace {

/// Throws command_error unless the file is a calibration.
ordered_json read_calibration(const std::string& file) {
    constexpr std::size_t limit_bytes = 64u << 20;
    const auto refuse = [&](const std::string& why) {
        return command_error(
            file + " " + why + "; `ipcmark calibrate --json " + file + "` writes one",
            exit_unreadable);
    };
    try {
        ordered_json document = parse_json(read_input(file, limit_bytes), file);
        if (!document.is_object() ||
            document.value("/schema/name"_json_pointer, "") != std::string(calibration_schema))
            throw refuse("is no calibration");
        if (document.value("/schema/version"_json_pointer, "").substr(0, 2) != "1.")
            throw refuse("is a calibration of another version");
        if (!document.contains("calibration") || !document.at("calibration").is_object() ||
            document.value("/environment/fingerprint"_json_pointer, "").empty())
            throw refuse("is a calibration without its figures");
        return document;
    } catch (const unreadable_result& e) {
        throw command_error(e.what(), exit_unreadable);
    } catch (const call_failed& e) {
        throw command_error(std::string("--calibration: ") + e.what(), exit_unreadable);
    } catch (const ordered_json::exception&) {
        throw refuse("is no calibration");
    }
}

bool is_of(const ordered_json& document, const std::string& fingerprint) {
    return document.at("environment").at("fingerprint") == fingerprint;
}

}  // namespace

ordered_json calibration_for(const std::string& asked_file, const std::string& result_file,
                             const std::string& fingerprint) {
    if (!asked_file.empty()) {
        const ordered_json document = read_calibration(asked_file);
        if (!is_of(document, fingerprint))
            throw command_error(
                "--calibration " + asked_file +
                    ": it was made on another machine, or this one's kernel, settings or limits "
                    "have changed since; run `ipcmark calibrate` here",
                exit_environment_refused);
        return document.at("calibration");
    }
    if (result_file == "-") return nullptr;
    const auto beside = std::filesystem::path(result_file).parent_path() / calibration_file_name;
    std::error_code ignored;
    if (!std::filesystem::exists(beside, ignored)) return nullptr;
    try {
        const ordered_json document = read_calibration(beside.string());
        if (is_of(document, fingerprint)) return document.at("calibration");
        std::cerr << "ipcmark: " << beside.string()
                  << " was made on another machine or under other settings and is not used; run "
                     "`ipcmark calibrate` again\n";
    } catch (const command_error& e) {
        std::cerr << "ipcmark: not used: " << e.what() << '\n';
    }
    return nullptr;
}

}  // namespace ipcmark
