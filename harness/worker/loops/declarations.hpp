#pragma once

#include <cstdint>

#include "harness/worker/session.hpp"

/// The parts of loops.hpp that patterns in headers of their own are made of.
namespace ipcmark::loops {

template <class T>
void send_next(T& end, session& run);
template <class T>
bool receive_next(T& end, session& run);
template <class T>
void flush(T& end);
template <class T>
bool receive_reply(T& end, session& run, std::uint64_t sequence);
template <class T, class Over, class Record>
std::uint64_t lead(T& end, session& run, phase which, Over over, Record record);
template <class T>
std::uint64_t follow(T& end, session& run, phase which);
template <class T, class Over>
std::uint64_t stream(T& end, session& run, phase which, std::uint64_t batch, Over over);
template <class T, class OnMessage>
std::uint64_t drain(T& end, session& run, phase which, OnMessage on_message);

}  // namespace ipcmark::loops
