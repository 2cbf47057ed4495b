/**
 * Receives Coursegen's webhooks with Node alone: node receiver.ts PORT (Node 22.18 or newer runs TypeScript as it stands).
 *
 * COURSEGEN_WEBHOOK_SECRET is what webhooks.rotateSecret has answered, `whsec_...`; two of them, with a space between, while
 * you go over to a new one. Answers 204 to a genuine webhook, and 400 to everything else.
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

const TOLERANCE_SECONDS = 5 * 60;
const LARGEST_BODY = 64 * 1024;
const KEYS = (process.env["COURSEGEN_WEBHOOK_SECRET"] ?? "").split(" ").map((secret) => {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  if (key.length === 0) throw new Error("COURSEGEN_WEBHOOK_SECRET is not set");
  return key;
});

type Event = {
  courseId: string;
  status: string;
  progress: { step: number; message: string; percentage: number };
  data: { runId: string; stepStatus: string; occurredAt: string; lessonsCompleted: number; lessonsTotal: number };
  error: string | null;
};

class NotGenuine extends Error {}

/** The event of a genuine webhook (Standard Webhooks 1.0.0). Verify the bytes as they came, before anything reads them. */
function verify(header: (name: string) => string, body: Buffer): Event {
  const [id, timestamp] = [header("webhook-id"), header("webhook-timestamp")];
  if (id === "" || !/^[0-9]{1,11}$/.test(timestamp)) {
    throw new NotGenuine("webhook-id or webhook-timestamp is missing or malformed");
  }
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) {
    throw new NotGenuine("the webhook is too old, or from the future");
  }
  const sign = (key: Buffer) => createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  const expected = KEYS.map((key) => Buffer.from(`v1,${sign(key)}`));
  const given = header("webhook-signature").split(" ").map((part) => Buffer.from(part));
  if (!given.some((part) => expected.some((right) => part.length === right.length && timingSafeEqual(part, right)))) {
    throw new NotGenuine("no signature is right");
  }
  return JSON.parse(body.toString("utf8")) as Event;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LARGEST_BODY) throw new NotGenuine("the body is too long");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // a header that comes twice is nobody's: which of the two was meant?
  const header = (name: string): string => {
    const values = request.headersDistinct[name] ?? [];
    return values.length === 1 ? (values[0] ?? "") : "";
  };
  try {
    const event = verify(header, await bodyOf(request));
    // The same id may come twice: remember ids for some days, and do nothing for one that you know. Answer at once: what takes
    // time is done afterwards, since a sender waits ten seconds at most.
    console.log(header("webhook-id"), event.courseId, event.status);
    response.writeHead(204).end();
  } catch (refused) {
    if (!(refused instanceof NotGenuine) && !(refused instanceof SyntaxError)) throw refused;
    response.writeHead(400).end(refused.message);
  }
}

createServer((request, response) => void receive(request, response)).listen(Number(process.argv[2]), "127.0.0.1");
