// The table with everything in it (tests/clients/python/sample.py), as types.

import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { createClient, dateTime, isRpcError, uuid } from "sample-client";
import type { AppRouter, Color, DateTime, errors, Item, ItemInput, Mixed, MixInput, Uuid } from "sample-client";
import { same, type ItemOf } from "./assertions.js";

const client = createClient({ url: "" });
type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;

same<Color, "blue" | "red">();
same<MixInput["when"], string>();
same<Mixed["when"], DateTime>();
same<MixInput["day"], string>();
same<MixInput["items"], readonly ItemInput[]>();
same<MixInput["list"], readonly number[] | undefined>();
same<MixInput["class"], string | undefined>();
same<MixInput["level"], "low" | "high" | undefined>();
same<MixInput["anything"], unknown>();
same<MixInput["data"], string | undefined>();
same<Mixed["id"], Uuid>();
same<Mixed["items"], Item[]>();
same<Mixed["shape"], { type: "circle"; radius: number } | { type: "square"; side: number }>();
same<Mixed["pair"], [string, number]>();
same<Mixed["byName"], { [key: string]: number }>();
same<Mixed["sent"], { [key: string]: unknown }>();
same<Item, { name: string; weight: string | null }>();
same<ItemInput, { name: string; weight?: string | null | undefined }>();

same<Inputs["maybe"], ItemInput | null | void>();
same<Inputs["mixed"]["once"], void>();
same<Inputs["mixed"]["list"], readonly number[]>();
same<Outputs["mixed"]["refuse"], null>();
same<ItemOf<Outputs["mixed"]["pieces"]>, number>();
same<ItemOf<Outputs["mixed"]["count"]>, { id: string; data: { [key: string]: number } }>();
same<Outputs["deep"]["er"]["storeFile"]["digest"], string>();

export async function mustPass(): Promise<number | string | undefined> {
  const mixed = await client.mixed.mix.mutate({
    id: uuid(""),
    when: dateTime(new Date()),
    day: "2026-01-02",
    color: "red",
    items: [{ name: "a" }],
    shape: { type: "circle", radius: 1 },
  });
  if (mixed.shape.type === "square") return mixed.shape.side;
  for await (const piece of await client.mixed.pieces.query()) same<typeof piece, number>();
  client.mixed.count.subscribe(undefined, { onData: (event) => event.data["n"]?.toFixed() ?? event.id });
  client.mixed.count.subscribe({ to: 3, lastEventId: "1" }, {});
  return client.deep.er.maybe.query().then((name) => name ?? undefined);
}

export function mustKnowErrors(error: unknown): string | undefined {
  if (isRpcError(error, "TimeoutError")) same<typeof error.shape, errors.TimeoutError>();
  if (!isRpcError(error, "TooMany")) return undefined;
  same<typeof error.data.details.kind, "apples" | "pears">();
  same<typeof error.data.details.at, Uuid>();
  return error.data.details.hint;
}

export async function mustFail(): Promise<void> {
  // @ts-expect-error  fields are missing
  await client.mixed.mix.mutate({});
  // @ts-expect-error  not one of the values
  await client.mixed.refuse.query("never");
  // @ts-expect-error  a shape needs its tag
  const shape: MixInput["shape"] = { radius: 1 };
  // @ts-expect-error  a circle has no side
  const square: MixInput["shape"] = { type: "circle", radius: 1, side: 2 };
  // @ts-expect-error  the answer of a streamed query is no single value
  const pieces: number = await client.mixed.pieces.query();
  void [shape, square, pieces];
}
