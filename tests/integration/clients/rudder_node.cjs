// A journey by @rudderstack/rudder-sdk-node.
const Analytics = require("@rudderstack/rudder-sdk-node");
const { HOST, KEY, play } = require("./asked.cjs");

const analytics = new Analytics(KEY, { dataPlaneUrl: HOST });

const { promise: first, resolve } = Promise.withResolvers();

play(
  async (call, message) => {
    analytics[call](message, resolve);
    await first;  // which it sends at once, and alone
  },
  async () => {
    while (analytics.queue.length) await analytics.flush();
  },
);
