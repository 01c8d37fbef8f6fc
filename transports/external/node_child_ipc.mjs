// The channel of child_process.fork(): process.send and the event "message", serialization "advanced".
//
// Node.js makes that channel for a child that it starts. Here ipcmark starts both processes, so
// node_channel.py hands each the end of one socket pair in the way that fork() does.

import { main, Pending } from "./ipcmark_worker.mjs";

main((cell) => {
  if (!cell.descriptors)
    throw cell.channelLacks("it hands over a descriptor, which this channel cannot");
  const pending = new Pending();
  process.on("message", (message) => cell.received(message));
  process.on("disconnect", () => cell.closed());
  return {
    send(message) {
      if (!process.connected)
        throw Object.assign(new Error("the peer has gone"), { code: "EPIPE" });
      const left = pending.add();
      return new Promise((resume, reject) => {
        const room = process.send(message, undefined, undefined, (error) => {
          left();
          if (error) reject(error);
          else resume();
        });
        if (room) resume();
      });
    },
    flush: () => pending.flush(),
    close: () => process.connected && process.disconnect(),
  };
});
