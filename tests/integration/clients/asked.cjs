// What the programs of the Node SDKs share: the journey that is asked for on stdin, and when each step was played.
const { readFileSync } = require("node:fs");

const { key, host, steps } = JSON.parse(readFileSync(0, "utf8"));

// Plays the steps, prints the milliseconds between which each was recorded, then ends: all is sent.
async function play(each, end) {
  const spans = [];
  for (const { call, timestamp, ...message } of steps) {
    const began = Date.now();
    await each(call, timestamp ? { ...message, timestamp: new Date(timestamp) } : message);
    spans.push([began, Date.now() + 1]);
  }
  await end();
  process.stdout.write(JSON.stringify(spans));
}

module.exports = { KEY: key, HOST: host, play };
