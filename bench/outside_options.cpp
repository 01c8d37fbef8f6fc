#include "bench/outside_options.hpp"

#include "bench/subcommand.hpp"

namespace ipcmark {

std::vector<std::string> take_values(std::vector<std::string>& arguments, std::string_view flag,
                                     std::string_view what) {
    const std::string with_value = std::string(flag) + "=";
    std::vector<std::string> files;
    std::vector<std::string> rest;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == flag) {
            if (++i == arguments.size())
                throw command_error(std::string(flag) + " needs " + std::string(what));
            files.push_back(arguments[i]);
        } else if (argument.starts_with(with_value)) {
            files.push_back(argument.substr(with_value.size()));
        } else {
            rest.push_back(argument);
        }
    }
    arguments = std::move(rest);
    return files;
}

}  // namespace ipcmark
