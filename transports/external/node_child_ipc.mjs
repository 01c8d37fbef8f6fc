// The channel of child_process.fork(): process.send and the event "message", serialization "advanced".
//
// Node.js makes that channel for a child that it starts. Here ipcmark starts both processes, so
// node_channel.py hands each the end of one socket pair in the way that fork() does.

import { main } from "./ipcmark_worker.mjs";

main((cell) => {
  if (!cell.descriptors)
    throw cell.channelLacks("it hands over a descriptor, which this channel cannot");
  process.on("message", (message) => cell.received(message));
  process.on("disconnect", () => cell.closed());
  return {
    send(message) {
      if (!process.connected)
        throw Object.assign(new Error("the peer has gone"), { code: "EPIPE" });
      return new Promise((resume, reject) => {
        const sent = (error) => (error ? reject(error) : resume());
        if (process.send(message, undefined, undefined, sent)) resume();
      });
    },
    close: () => process.connected && process.disconnect(),
  };
});
