// A Unix stream socket by path through node:net.

import net from "node:net";

import { main, Pending } from "./ipcmark_worker.mjs";

/** Joins what arrives into messages of one length. */
function splitter(cell) {
  let parts = [];
  let size = 0;
  return (chunk) => {
    parts.push(chunk);
    size += chunk.length;
    if (size < cell.payloadBytes) return;
    let whole = parts.length === 1 ? chunk : Buffer.concat(parts);
    for (; whole.length >= cell.payloadBytes; whole = whole.subarray(cell.payloadBytes))
      cell.received(whole.subarray(0, cell.payloadBytes));
    parts = whole.length > 0 ? [whole] : [];
    size = whole.length;
  };
}

function connected(cell) {
  const path = `${cell.directory}/socket`;
  return new Promise((resolve, reject) => {
    if (!cell.producer) {
      cell.peer.hear();
      const socket = net.connect(path, () => resolve(socket));
      socket.once("error", reject);
      return;
    }
    const server = net.createServer((socket) => {
      server.close();
      resolve(socket);
    });
    server.listen(path, () => cell.peer.tell("listening"));
    server.once("error", reject);
  });
}

main(async (cell) => {
  const socket = await connected(cell);
  const pending = new Pending();
  let room = null;
  const gone = () => {
    cell.closed();
    if (room !== null) room();
  };
  socket.on("data", splitter(cell));
  socket.on("end", gone);
  socket.on("error", gone);
  socket.on("close", gone);
  socket.on("drain", () => {
    if (room !== null) room();
    room = null;
  });
  return {
    send(message) {
      if (socket.destroyed || socket.writableEnded)
        throw Object.assign(new Error("the peer has gone"), { code: "EPIPE" });
      if (socket.write(message, pending.add())) return undefined;
      return new Promise((resume) => (room = resume));
    },
    flush: () => pending.flush(),
    close: () => socket.destroy(),
  };
});
