#include "bench/version.hpp"

#include <fmt/core.h>

#include <boost/version.hpp>
#include <cxxopts.hpp>
#include <gnu/libc-version.h>
#include <nlohmann/json.hpp>

#include "bench/build_info.hpp"
#include "bench/subcommand.hpp"
#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"

namespace ipcmark {

namespace {

#if defined(__clang__)
constexpr const char* compiler = "clang " __VERSION__;
#else
constexpr const char* compiler = "g++ " __VERSION__;
#endif

std::string sanitizers() {
    std::string list;
#if defined(__SANITIZE_ADDRESS__)
    list += "address ";
#endif
#if defined(__SANITIZE_THREAD__)
    list += "thread ";
#endif
    if (std::string_view(build_info::flags).find("undefined") != std::string_view::npos)
        list += "undefined ";
    if (!list.empty()) list.pop_back();
    return list;
}

int run_version(const invocation& call) {
    cxxopts::Options options("ipcmark version", "The version and how it was built\n");
    options.add_options()("json", "As JSON");
    const auto parsed = parse_arguments(options, call, "Examples:\n  ipcmark version --json\n");
    if (!parsed) return exit_ok;
    const build_facts build = facts_of_build();
    if (parsed->count("json") > 0) {
        fmt::print("{}\n", json_text(to_tree(build), 2));
        return exit_ok;
    }
    fmt::print("ipcmark {}\n{} build, {}, flags {}\n", build.version, build.type, build.compiler,
               build.flags);
    if (!build_is_optimised()) fmt::print("NOT OPTIMISED: figures of this build mean nothing\n");
    return exit_ok;
}

}  // namespace

std::string version_text() {
    return build_info::version;
}

bool build_is_optimised() {
#if defined(NDEBUG) && defined(__OPTIMIZE__)
    return sanitizers().empty();
#else
    return false;
#endif
}

build_facts facts_of_build() {
    const std::string cxxopts_version = fmt::format("{}.{}.{}", CXXOPTS__VERSION_MAJOR,
                                                    CXXOPTS__VERSION_MINOR, CXXOPTS__VERSION_PATCH);
    const std::string json_version =
        fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                    NLOHMANN_JSON_VERSION_PATCH);
    build_facts facts;
    facts.version = version_text();
    facts.type = build_info::type;
    facts.optimised = build_is_optimised();
    facts.sanitizers = sanitizers();
    facts.compiler = compiler;
    facts.flags = build_info::flags;
    facts.libraries = {{"boost", BOOST_LIB_VERSION},
                       {"benchmark", build_info::benchmark_version},
                       {"cxxopts", cxxopts_version},
                       {"nlohmann_json", json_version},
                       {"hwloc", build_info::hwloc_version},
                       {"fmt", std::to_string(FMT_VERSION)},
                       {"libc", std::string("glibc ") + ::gnu_get_libc_version()}};
    facts.git = {build_info::git_revision, build_info::git_dirty};
    return facts;
}

extern const subcommand version_command{"version", "the version and how it was built",
                                        &run_version};

}  // namespace ipcmark
