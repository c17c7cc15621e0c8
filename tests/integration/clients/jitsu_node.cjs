// A journey by @jitsu/js in Node. It knows itself who is there, dates what it is told, and sends at once.
const { jitsuAnalytics } = require("@jitsu/js");
const { HOST, KEY, play } = require("./asked.cjs");

const analytics = jitsuAnalytics({ host: HOST, writeKey: `${KEY}:x` });

const CALLS = {
  page: ({ properties }) => analytics.page(properties),
  track: ({ event, properties }) => analytics.track(event, properties),
  identify: ({ userId, traits }) => analytics.identify(userId, traits),
  group: ({ groupId, traits }) => analytics.group(groupId, traits),
};

play(
  async (call, message) => {
    if (message.anonymousId) analytics.setAnonymousId(message.anonymousId);
    await CALLS[call](message);
  },
  () => {},
);
