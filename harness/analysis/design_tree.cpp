#include <fmt/format.h>
#include <stdexcept>
#include <utility>

#include "harness/analysis/design.hpp"
#include "harness/base/fields.hpp"
#include "harness/base/json_text.hpp"
#include "harness/contract/parameter.hpp"

namespace ipcmark {

namespace {

void set_at(design_flow& flow, const std::string& key, const tree& value,
            const std::string& pointer) {
    try {
        set_field(flow, key, field_text(value));
    } catch (const std::invalid_argument& e) {
        throw bad_field(pointer, e.what());
    }
}

design_flow flow_from_tree(const tree& document, const std::string& pointer) {
    design_flow flow;
    for (const auto& [key, value] : document.named()) {
        const std::string at = pointer + "/" + key;
        if (key == "prefer")
            for (const tree& each : value.elements())
                flow.prefer.push_back(each.as_text());
        else if (value.is_object())
            for (const auto& [name, one] : value.named())
                set_at(flow, key + "." + name, one, at + "/" + name);
        else
            set_at(flow, key, value, at);
    }
    try {
        flow.requirements();
    } catch (const std::invalid_argument& e) {
        throw bad_field(pointer, e.what());
    }
    return flow;
}

}  // namespace

design design_from_tree(const tree& document) {
    design of;
    if (const tree* name = document.find("name")) of.name = name->as_text();
    if (const tree* placement = document.find("placement")) of.placement = placement->as_text();
    std::size_t at = 0;
    for (const tree& each : document.at("flows").elements()) {
        design_flow flow = flow_from_tree(each, "/flows/" + std::to_string(at));
        if (!each.contains("name")) flow.name = "flow " + std::to_string(at + 1);
        for (const std::string& word : flow.prefer)
            if (requirement_metric(word) == nullptr)
                throw bad_field(fmt::format("/flows/{}/prefer", at),
                                "there is nothing called '" + word + "' to prefer");
        of.flows.push_back(std::move(flow));
        ++at;
    }
    return of;
}

tree to_tree(const design& of) {
    tree flows = tree::array();
    for (const design_flow& flow : of.flows) {
        tree one{{"name", flow.name},
                 {"kind", to_word(flow.kind)},
                 {"payload", std::to_string(flow.payload_bytes)},
                 {"delivery", to_word(flow.arrives)},
                 {"may_spin", flow.may_spin}};
        if (!flow.among.is_pair()) one["parties"] = flow.among.text();
        if (flow.rate_hz) one["rate"] = fmt::format("{:g}/s", *flow.rate_hz);
        if (flow.silence_ns) one["silence"] = gap_parameter.write(*flow.silence_ns);
        if (flow.burst_messages) one["burst"] = fmt::format("{:g}", *flow.burst_messages);
        for (const auto& [word, text] : flow.limits) {
            const auto dot = word.find('.');
            if (dot == std::string::npos)
                one[word] = text;
            else
                one[word.substr(0, dot)][word.substr(dot + 1)] = text;
        }
        for (const auto& [trait, value] : flow.must)
            one["must"][trait] = value == "true"    ? tree(true)
                                 : value == "false" ? tree(false)
                                                    : tree(value);
        tree prefer = tree::array();
        for (const auto& word : flow.prefer)
            prefer.push_back(word);
        one["prefer"] = std::move(prefer);
        flows.push_back(std::move(one));
    }
    tree document{{"schema", {{"name", "ipcmark.design"}, {"version", "1.0"}}},
                  {"name", of.name},
                  {"placement", of.placement}};
    document["flows"] = std::move(flows);
    return document;
}

}  // namespace ipcmark
