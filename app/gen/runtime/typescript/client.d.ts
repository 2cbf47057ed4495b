// The links of an application: subscriptions by server-sent events, queries in batches, each mutation by itself.

import type { createTRPCClient, HTTPLinkOptions, httpSubscriptionLink, TRPCLink } from "@trpc/client";
import type { AppRouter } from "../router.js";

/** What a client is made of. */
export type ClientOptions = {
  /** Where the service is, without `/trpc`: `https://courses.example.org`. */
  readonly url: string;
  /** An access token, or what gives the present one: it is asked before every request. None for what is public. */
  readonly token?: string | null | undefined | (() => Token | Promise<Token>);
  /** In place of the global `fetch`. */
  readonly fetch?: HTTPLinkOptions<AppRouter["_def"]["_config"]["$types"]>["fetch"];
  /** In place of the global `EventSource`, which Node has not: the one of the package `eventsource`. */
  readonly EventSource?: Parameters<typeof httpSubscriptionLink<AppRouter, any>>[0]["EventSource"];
};

type Token = string | null | undefined;

/** tRPC's own client: `client.courses.get.query({ courseId })`. */
export type Client = ReturnType<typeof createTRPCClient<AppRouter>>;

/** A client of the service. */
export declare function createClient(options: ClientOptions): Client;

/** The links of such a client, for one that has more of them, or that is given to TanStack Query's provider. */
export declare function clientLinks(options: ClientOptions): TRPCLink<AppRouter>[];

/**
 * Options of a call whose procedure takes an Idempotency-Key: with the same key it is done once, and a repeated call is
 * given the first answer.
 *
 *     await client.generation.initiate.mutate({ courseId }, withIdempotencyKey(crypto.randomUUID()));
 */
export declare function withIdempotencyKey(key: string): { context: { idempotencyKey: string } };

export {};
