/**
 * The memory of `cyclesheet dev` before, during and after attacks: `make attack-memory`.
 *
 * One process is attacked in several rounds, so that what is not given back shows as growth from round to round. Everything
 * stays on 127.0.0.1 and ends with this script. Prints a table of the resident set in MB.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const PORT = Number(process.env.PORT ?? 4602);
const ROUNDS = 3;
const SOCKETS = 24;
const HALF_OPEN = 2_000;
const SILENT = 100;
const ROUND_MS = 10_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const key = "dGhlIHNhbXBsZSBub25jZQ==";

const server = spawn(process.env.CYCLESHEET ?? "target/release/cyclesheet", ["dev", "--port", String(PORT), "--memory"]);
let out = "";
server.stdout.on("data", (bytes) => (out += bytes));
server.stderr.resume();
while (!out.includes("Ctrl-C")) await sleep(50);
const links = [...out.matchAll(/\?team=(\S+?)&cycle=(\S+?)#token=(\S+)/g)];
const [, team, cycle, token] = links.find(([, , , t]) => JSON.parse(atob(t.split(".")[1])).role === "editor") ?? links[0];

function rss() {
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
}

const sockets = new Set();
function open() {
  const socket = connect(PORT, "127.0.0.1");
  sockets.add(socket);
  socket.on("error", () => {});
  socket.on("close", () => sockets.delete(socket));
  return socket;
}

/** A WebSocket in the room, by hand, so that it may behave badly. */
async function join() {
  const socket = open();
  socket.write(
    `GET /dev?team=${team}&cycle=${cycle} HTTP/1.1\r\nHost: 127.0.0.1:${PORT}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: cyclesheet.v1, bearer.${token}\r\n\r\n`,
  );
  await Promise.race([once(socket, "data"), sleep(2_000)]);
  socket.write(frame('{"type":"hello"}'));
  return socket;
}

/** A masked text frame; a mask of nothing leaves the text as it is. */
function frame(text) {
  const body = Buffer.from(text);
  const head =
    body.length < 126 ? [0x81, 0x80 | body.length] : [0x81, 0x80 | 126, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), body]);
}

async function flood(text, reads) {
  const end = Date.now() + ROUND_MS;
  const bytes = Buffer.concat(Array(50).fill(frame(text)));
  await Promise.all(
    Array.from({ length: SOCKETS }, async () => {
      while (Date.now() < end) {
        const socket = await join();
        if (reads) socket.resume();
        else socket.pause();
        while (!socket.destroyed && Date.now() < end)
          if (!socket.write(bytes)) await Promise.race([once(socket, "drain").catch(() => {}), sleep(200)]);
          else await sleep(0);
        socket.destroy();
      }
    }),
  );
}

const attacks = [
  ["24 sockets flood with `replay`", () => flood('{"type":"replay","since":0}', true)],
  ["24 sockets ask for replays and read nothing", () => flood('{"type":"replay","since":0}', false)],
  [
    "2,000 half-open requests",
    async () => {
      for (let n = 0; n < HALF_OPEN; n += 1) {
        open().write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
        if (n % 50 === 0) await sleep(10);
      }
      await sleep(ROUND_MS / 2);
    },
  ],
  [
    "100 uploads that stall",
    async () => {
      for (let n = 0; n < SILENT; n += 1)
        open().write(
          `POST /api/cycles/${team}/${cycle}/changes HTTP/1.1\r\nHost: 127.0.0.1:${PORT}\r\nAuthorization: Bearer ${token}\r\nContent-Length: 200000\r\n\r\n${"x".repeat(100_000)}`,
        );
      await sleep(ROUND_MS / 2);
    },
  ],
];

console.log("| attack | before, MB | highest, MB, by round | after, MB, by round |\n|---|---|---|---|");
for (const [name, attack] of attacks) {
  const before = rss();
  const [highest, after] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, rss())), 50);
    await attack();
    clearInterval(watch);
    for (const socket of sockets) socket.destroy();
    await sleep(3_000);
    highest.push(most);
    after.push(rss());
  }
  const shown = (list) => list.map((mb) => mb.toFixed(0)).join(", ");
  console.log(`| ${name} | ${before.toFixed(0)} | ${shown(highest)} | ${shown(after)} |`);
}
server.kill("SIGINT");
await once(server, "exit");
