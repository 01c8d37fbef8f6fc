#pragma once

#include <cstddef>
#include <utility>

#include "harness/base/posix/unique_fd.hpp"
#include "harness/contract/transport.hpp"

/// How more than a pair takes part in one object. Of a pair, each of these is what a pair does.
namespace ipcmark {

/// Calls use(party) for every other one of the same side.
template <class Use>
void for_each_beside(const setup& cell, Use use) {
    for (const std::size_t party : cell.producer() ? cell.group.producers : cell.group.consumers)
        if (party != cell.party) use(party);
}

/// The descriptor that make(cell) gives: the first of each side connects as of a pair, and hands a
/// duplicate to the others of its side.
template <class Make>
unique_fd joined(setup& cell, Make make) {
    if (!cell.group.one_object()) return make(cell);
    const membership& group = cell.group;
    const std::size_t own = (cell.producer() ? group.producers : group.consumers).front();
    const std::size_t other = (cell.producer() ? group.consumers : group.producers).front();
    if (!cell.first_of_side()) return cell.peer.take(own);
    rendezvous line = cell.peer.with(other);
    setup pair{cell.values(), line};
    pair.group = {};
    unique_fd made = make(pair);
    cell.notes.merge(pair.notes);
    for_each_beside(cell, [&](std::size_t party) { cell.peer.give(party, made.get()); });
    return made;
}

/// From the first producer, who made what is handed over.
inline unique_fd take_from_maker(setup& cell) {
    return cell.group.one_object() ? cell.peer.take(cell.group.producers.front())
                                   : cell.peer.take();
}

/// To all others.
inline void give_to_all(setup& cell, int fd) {
    if (!cell.group.one_object()) return cell.peer.give(fd);
    for (const auto* side : {&cell.group.producers, &cell.group.consumers})
        for (const std::size_t party : *side)
            if (party != cell.party) cell.peer.give(party, fd);
}

}  // namespace ipcmark
