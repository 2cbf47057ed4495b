// What the table of awkward.py is in TypeScript.

import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { createClient, isRpcError, uuid, type AppRouter, type AppRouter_, type Tree, type Uuid, type Uuid_ } from "awkward-client";
import type { UuidInput } from "awkward-client";
import { same } from "./assertions.js";

type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;

same<AppRouter_["no-name"] | AppRouter_["1st"], number>();
same<AppRouter_["__proto__"], boolean>();
same<Tree["left"], Tree | null | undefined>();
same<Uuid_, { id: Uuid; default: "*/" }>();
same<UuidInput, { id: Uuid; default?: "*/" | undefined }>();
same<Inputs["types"]["delete"], [number, number, (string | null)?]>();
same<Inputs["AppRouter"]["both"], UuidInput | readonly number[] | string | null>();
same<Outputs["AppRouter"]["both"], Uuid_ | { [key: string]: Uuid_ }[] | null>();

const client = createClient({ url: "" });

export async function mustPass(error: unknown): Promise<unknown> {
  if (isRpcError(error, "UnknownError")) return error.data.details?.tree?.id;
  if (isRpcError(error, "Issue")) return error.data.httpStatus;
  client.AppRouter.anything.subscribe(undefined, { onData: (event) => same<typeof event, unknown>() });
  return (await client.errors.query({ id: uuid("") })).inner.children[0]?.left?.children;
}

// @ts-expect-error  the text of a doc comment is no code
export type Broken = import("awkward-client").Broken;
