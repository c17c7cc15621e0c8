// What the programs of the Node SDKs share: the journey that is asked for on stdin, and when each step was played.
const { readFileSync } = require("node:fs");

const { key, host, steps } = JSON.parse(readFileSync(0, "utf8"));

// Plays the steps, prints the milliseconds between which each was recorded, then ends: all is sent.
async function play(each, end) {
  const spans = [];
  for (const { call, timestamp, ...message } of steps) {
    const began = Date.now();
    await each(call, timestamp ? { ...message, timestamp: new Date(timestamp) } : message);
    const ended = Date.now();
    spans.push([began, ended + 1]);
    while (Date.now() === ended);  // no two in one millisecond: nothing would say which was first
  }
  await end();
  process.stdout.write(JSON.stringify(spans));
}

module.exports = { KEY: key, HOST: host, play };
