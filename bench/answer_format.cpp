#include "bench/answer_format.hpp"

namespace ipcmark {

answer_format answer_format_of(const cxxopts::ParseResult& parsed) {
    if (parsed.count("format") == 0) return answer_format::text;
    const auto& word = parsed["format"].as<std::string>();
    if (const auto format = from_word<answer_format>(word)) return *format;
    throw command_error("--format '" + word + "' is not one of text, markdown or json");
}

}  // namespace ipcmark
