#include "bench/list_filter.hpp"

#include <cctype>
#include <fmt/format.h>
#include <stdexcept>
#include <vector>

#include "bench/subcommand.hpp"
#include "harness/base/suggest.hpp"

namespace ipcmark {

namespace {

using mechanism_facts = std::map<std::string, mechanism_fact>;

std::vector<std::string> filter_tokens(const std::string& text) {
    std::vector<std::string> tokens;
    for (std::size_t at = 0; at < text.size();) {
        const auto is_word = [&](std::size_t i) {
            return i < text.size() &&
                   (std::isalnum(static_cast<unsigned char>(text[i])) != 0 || text[i] == '_');
        };
        std::size_t end = at;
        while (is_word(end))
            ++end;
        if (end > at)
            tokens.push_back(text.substr(at, end - at));
        else if (std::isspace(static_cast<unsigned char>(text[end++])) == 0)
            tokens.push_back(text.substr(at, 1));
        at = end;
    }
    return tokens;
}

/// One token after the other, from the loosest operator to the tightest.
class filter_reader {
public:
    filter_reader(std::vector<std::string> tokens, const mechanism_facts& facts)
        : tokens_(std::move(tokens)), facts_(facts) {}

    bool whole() {
        const bool value = any();
        if (!ended()) refuse("'" + now() + "' is one word too many");
        return value;
    }

private:
    bool ended() const { return at_ == tokens_.size(); }
    const std::string& now() const { return tokens_[at_]; }
    bool took(std::string_view word) {
        const bool here = !ended() && now() == word;
        at_ += here ? 1 : 0;
        return here;
    }
    [[noreturn]] static void refuse(const std::string& why) {
        throw std::invalid_argument(
            why + "; write for example 'fan_in and not (may_drop or wait=spins)'");
    }

    bool any() {
        bool value = all();
        while (took("or"))
            value = all() || value;
        return value;
    }
    bool all() {
        bool value = one();
        while (took("and"))
            value = one() && value;
        return value;
    }
    bool one() {
        if (took("not")) return !one();
        if (took("(")) {
            const bool value = any();
            if (!took(")")) refuse("a ')' is missing");
            return value;
        }
        return fact();
    }
    bool fact() {
        if (ended()) refuse("it ends too early");
        const auto found = facts_.find(now());
        if (found == facts_.end()) refuse_word();
        ++at_;
        if (!took("=")) return found->second.set;
        if (ended()) refuse("a value is missing after '='");
        return tokens_[at_++] == found->second.word;
    }
    [[noreturn]] void refuse_word() const {
        std::vector<std::string> names;
        for (const auto& [name, fact] : facts_)
            names.push_back(name);
        const auto near = nearest_words(now(), names);
        refuse("there is no trait '" + now() + "'" +
               (near.empty() ? "" : "; did you mean " + join_or(near) + "?"));
    }

    std::vector<std::string> tokens_;
    const mechanism_facts& facts_;
    std::size_t at_ = 0;
};

}  // namespace

mechanism_facts facts_of(const registration& mechanism) {
    mechanism_facts facts;
    visit_traits(mechanism.info.facts, [&](const trait_info& trait, auto value) {
        facts[std::string(trait.name)] = {std::string(trait_word(value)), is_set(value)};
    });
    facts["family"] = {family_word(mechanism.info.family), true};
    facts["name"] = {std::string(mechanism.info.name), true};
    facts["wait"] = {std::string(to_word(mechanism.info.wait)), true};
    const bool available = !mechanism.why_unavailable();
    facts["available"] = {available ? "true" : "false", available};
    return facts;
}

bool holds(const std::string& expression, const mechanism_facts& of) {
    return filter_reader(filter_tokens(expression), of).whole();
}

}  // namespace ipcmark
