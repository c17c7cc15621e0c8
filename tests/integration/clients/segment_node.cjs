// A journey by @segment/analytics-node.
const { Analytics } = require("@segment/analytics-node");
const { HOST, KEY, play } = require("./asked.cjs");

const analytics = new Analytics({ writeKey: KEY, host: HOST });

play(
  (call, message) => void analytics[call](message),
  () => analytics.closeAndFlush(),
);
