// The links of an application: subscriptions by server-sent events, queries in batches, each mutation by itself.

import { createTRPCClient, httpBatchStreamLink, httpLink, httpSubscriptionLink, splitLink } from "@trpc/client";

// The most calls that the server takes in a batch, and an address that proxies let through.
const BATCH = { maxItems: 50, maxURLLength: 8000 };

/** @type {typeof import("./client.d.ts").createClient} */
export const createClient = (options) => createTRPCClient({ links: clientLinks(options) });

/** @type {typeof import("./client.d.ts").clientLinks} */
export const clientLinks = ({ url, token, fetch, EventSource }) => {
  const common = { url: `${url.replace(/\/+$/, "")}/trpc`, ...(fetch && { fetch }) };
  const current = async () => (typeof token === "function" ? await token() : token) || undefined;
  const headers = async () => bearer(await current());
  const calls = splitLink({
    condition: (op) => op.type === "query",
    true: httpBatchStreamLink({ ...common, ...BATCH, headers }),
    // not in batches: a request has one Idempotency-Key, and a body as large as one procedure takes
    false: httpLink({ ...common, headers: async ({ op }) => ({ ...(await headers()), ...keyOf(op.context) }) }),
  });
  // an EventSource sends no headers of ours
  const connectionParams = async () => ({ token: await current() });
  const events = httpSubscriptionLink({ url: common.url, connectionParams, ...(EventSource && { EventSource }) });
  const isFollowed = (/** @type {{ type: string }} */ op) => op.type === "subscription" && isThere(EventSource);
  return [splitLink({ condition: isFollowed, true: events, false: calls })];
};

/** @type {typeof import("./client.d.ts").withIdempotencyKey} */
export const withIdempotencyKey = (key) => ({ context: { idempotencyKey: key } });

/**
 * True; TypeError where Node has none and none was given, which tRPC would tell without a message.
 * @param {unknown} given
 */
const isThere = (given) => {
  if (given ?? Reflect.get(globalThis, "EventSource")) return true;
  throw new TypeError("No EventSource here: give createClient the one of the package `eventsource`");
};

/**
 * @param {string | undefined} token
 * @returns {Record<string, string>}
 */
const bearer = (token) => (token ? { authorization: `Bearer ${token}` } : {});

/**
 * @param {Record<string, unknown>} context
 * @returns {Record<string, string>}
 */
const keyOf = ({ idempotencyKey }) => (typeof idempotencyKey === "string" ? { "idempotency-key": idempotencyKey } : {});
