#include "bench/variant.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

#include "bench/plan_fields.hpp"
#include "bench/program_output.hpp"
#include "harness/base/json_text.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/base/suggest.hpp"
#include "harness/worker/crc32c.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t largest_program_bytes = std::size_t{1} << 30;
constexpr const char* own_program = "/proc/self/exe";

/// A plan's field or a pattern's parameter that cells differ in.
const plan_field* field_named(std::string_view key) {
    for (const plan_field& each : plan_fields())
        if (each.name() == key && each.group == what_to_measure) return &each;
    return nullptr;
}

const parameter_spec* parameter_named(std::string_view key) {
    for (const parameter_spec* each : all_parameters())
        if (each->flag == key) return each;
    return nullptr;
}

std::string digest_of(const std::filesystem::path& file) {
    const std::string bytes = read_input(file, largest_program_bytes);
    return fmt::format("crc32c {:08x}, {} bytes", crc32c(bytes.data(), bytes.size()), bytes.size());
}

/// Names of the mechanisms that `program` lists with these plug-ins.
std::vector<std::string> listed_by(const std::string& program, const std::string& plugin,
                                   const std::string& flag) {
    std::vector<std::string> arguments{program};
    if (!plugin.empty()) arguments.insert(arguments.end(), {"--plugin", plugin});
    arguments.insert(arguments.end(), {"list", "--json"});
    const std::string what = plugin.empty() ? program : plugin;
    const auto refuse = [&](const std::string& why) {
        return command_error("--" + flag + ": " + what + " " + why);
    };
    std::vector<std::string> names;
    try {
        const auto printed = output_of(arguments);
        if (!printed.end.exited || printed.end.code != 0)
            throw refuse("cannot be used: `" + std::string(plugin.empty() ? "" : "--plugin ") +
                         "list --json` ended with " + printed.end.text());
        const tree listed = parse_json(printed.text);
        for (const tree& each : listed.elements())
            names.push_back(each.at("name").as_text());
    } catch (const call_failed& e) {
        throw refuse(std::string("cannot be started: ") + e.what());
    } catch (const std::logic_error&) {
        throw refuse("is no ipcmark program: its `list --json` lists no mechanisms");
    } catch (const std::runtime_error& e) {
        if (dynamic_cast<const command_error*>(&e) != nullptr) throw;
        throw refuse("is no ipcmark program: its `list --json` prints no JSON");
    }
    return names;
}

class resolver {
public:
    resolver(const variant_words& words, const invocation& call, checkouts* built)
        : words_(words), call_(call), built_(built) {
        result_.info.label = words.text.empty() ? "this program" : words.text;
        result_.info.environment = words.environment;
        result_.program.environment = words.environment;
        result_.program.plugins = call.plugins;
        result_.info.plugins = call.plugins;
    }

    variant resolve() {
        for (const auto& entry : words_.environment)
            if (const auto at = entry.find('='); at == 0 || at == std::string::npos)
                throw command_error(fmt::format("--{}-env: '{}' is not of the form NAME=value",
                                                words_.flag, entry));
        std::vector<std::string> undecided;
        for (const auto& part : split_list(words_.text))
            if (!take_setting(part) && !take_file(part)) undecided.push_back(part);
        for (const auto& part : undecided)
            if (!take_mechanism(part) && !take_revision(part)) throw unknown(part);
        return result_;
    }

private:
    bool take_setting(const std::string& part) {
        const auto at = part.find('=');
        if (at == std::string::npos) return false;
        const std::string key = part.substr(0, at);
        if (field_named(key) == nullptr && parameter_named(key) == nullptr) {
            std::vector<std::string> keys;
            for (const plan_field& each : plan_fields())
                if (!each.flag.empty() && each.group == what_to_measure)
                    keys.push_back(each.name());
            for (const parameter_spec* each : all_parameters())
                keys.emplace_back(each->flag);
            throw no_such("setting", key, nearest_words(key, keys),
                          "`ipcmark run --help` has them under \"What to measure\"");
        }
        result_.settings.emplace_back(key, part.substr(at + 1));
        result_.info.settings.push_back(part);
        return true;
    }

    bool take_file(const std::string& part) {
        std::error_code error;
        if (!std::filesystem::is_regular_file(part, error)) return false;
        const auto path = std::filesystem::absolute(part);
        note_digest(path);
        if (path.extension() == ".so")
            take_plugin(path);
        else
            take_program(path);
        return true;
    }

    void take_program(const std::filesystem::path& path) {
        if (::access(path.c_str(), X_OK) != 0)
            throw command_error(
                fmt::format("--{}: {} is no program that may be executed, and a "
                            "plug-in's name ends in .so",
                            words_.flag, path.string()));
        if (result_.has_own_program())
            throw command_error("--" + words_.flag + " names two programs");
        result_.known = listed_by(path, {}, words_.flag);
        result_.program.path = path;
        result_.info.program = path;
    }

    void take_plugin(const std::filesystem::path& path) {
        for (auto& name : listed_by(own_program, path, words_.flag))
            if (call_.mechanisms.find(name) == nullptr) result_.added.push_back(std::move(name));
        if (result_.added.empty())
            throw command_error("--" + words_.flag + ": " + path.string() +
                                " adds no mechanism that this program has not");
        result_.program.plugins.push_back(path);
        result_.info.plugins.push_back(path);
    }

    bool take_mechanism(const std::string& part) {
        const auto in = [&part](const std::vector<std::string>& names) {
            return std::find(names.begin(), names.end(), part) != names.end();
        };
        if (call_.mechanisms.find(part) == nullptr && !in(result_.added) && !in(result_.known))
            return false;
        if (result_.mechanism)
            throw command_error(
                fmt::format("--{} names two mechanisms, {} and {}; what is compared "
                            "is one of each side",
                            words_.flag, *result_.mechanism, part));
        result_.mechanism = part;
        return true;
    }

    bool take_revision(const std::string& part) {
        const std::string commit = checkouts::commit_of(part);
        if (commit.empty()) return false;
        if (built_ == nullptr)
            throw command_error(fmt::format(
                "--{}: '{}' is a git revision; --build says how it is built and --built what that "
                "makes, such as --build 'cmake --preset release && cmake --build --preset release' "
                "--built build/release/bench/ipcmark",
                words_.flag, part));
        result_.info.revision = commit;
        return take_file(built_->build(commit));
    }

    command_error unknown(const std::string& part) const {
        const bool path = part.find('/') != std::string::npos;
        const auto near = path ? std::vector<std::string>() : call_.mechanisms.nearest(part);
        return no_such("program, plug-in, mechanism or git revision", part, near,
                       "a setting has the form touch=desc; `ipcmark list` has the mechanisms");
    }

    void note_digest(const std::filesystem::path& file) {
        auto& digest = result_.info.digest;
        digest = (digest ? *digest + "; " : "") + digest_of(file);
    }

    const variant_words& words_;
    const invocation& call_;
    checkouts* built_;
    variant result_;
};

}  // namespace

void variant::apply_to(plan_request& request, const std::string& flag) const {
    for (const auto& [key, value] : settings)
        of_flag(flag, [&, &key = key, &value = value] {
            if (const plan_field* field = field_named(key)) {
                if (field->several()) field->clear(request);
                field->take(request, value);
            } else if (const parameter_spec* of = parameter_named(key)) {
                request.varied.by_name.erase(std::string(of->name));
                request.varied.add(*of, value);
            }
        });
    if (mechanism) request.mechanisms = {*mechanism};
}

variant resolve_variant(const variant_words& words, const invocation& call, checkouts* built) {
    return resolver(words, call, built).resolve();
}

bool are_same(const variant& a, const variant& b) {
    return a.info.digest == b.info.digest && a.has_own_program() == b.has_own_program() &&
           a.mechanism == b.mechanism && a.settings == b.settings &&
           a.info.environment == b.info.environment;
}

}  // namespace ipcmark
