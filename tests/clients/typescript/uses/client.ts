// What a caller writes, and, under @ts-expect-error, what the compiler must refuse.

import { createTRPCClient, loggerLink } from "@trpc/client";
import type { inferRouterError, inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import {
  clientLinks,
  createClient,
  uuid,
  withIdempotencyKey,
  type AppRouter,
  type Client,
  type Course,
  type CoursePage,
  type CreateCourseInput,
  type errors,
  type GenerationState,
  type Initiated,
  type ListCoursesInput,
  type RpcError,
} from "coursegen-client";
import { alike, same, type ItemOf } from "./assertions.js";

const client: Client = createClient({ url: "https://courses.example.org", token: async () => "token" });
export const logging = createTRPCClient<AppRouter>({ links: [loggerLink(), ...clientLinks({ url: "", token: null })] });
same<typeof logging, Client>();

export async function mustPass(): Promise<void> {
  const course = await client.courses.create.mutate({ title: "Компост", difficulty: "beginner", outputFormats: ["a"] as const });
  same<typeof course, Course>();
  same<typeof course.status, "archived" | "draft" | "published">();
  same<typeof course.language, string | null>();
  const page = await client.courses.list.query();
  same<typeof page, CoursePage>();
  same<(typeof page.items)[0], Course>();
  await client.courses.list.query({ limit: 5, cursor: page.nextCursor });
  await client.courses.list.query(undefined, { signal: new AbortController().signal });
  const options = withIdempotencyKey("one start");
  const initiated = await client.generation.initiate.mutate({ courseId: course.id, webhookUrl: undefined }, options);
  same<typeof initiated, Initiated>();
  await client.courses.get.query({ courseId: uuid("019aa1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b1") });
  await client.system.ping.query();
  const followed = client.generation.watch.subscribe({ courseId: course.id }, {
    onData: (state) => alike<GenerationState, typeof state>(),
    onError: (error) => same<Exclude<typeof error.data, null | undefined>["declared"], boolean>(),
  });
  followed.unsubscribe();
}

export async function mustFail(): Promise<void> {
  // @ts-expect-error  a title is needed
  await client.courses.create.mutate({});
  // @ts-expect-error  no such field
  await client.courses.create.mutate({ title: "x", colour: "red" });
  // @ts-expect-error  not one of the difficulties
  await client.courses.create.mutate({ title: "x", difficulty: "impossible" });
  // @ts-expect-error  no such procedure
  await client.courses.remove.mutate({});
  // @ts-expect-error  no such area
  await client.nothing.get.query();
  // @ts-expect-error  a query
  await client.courses.get.mutate({ courseId: uuid("x") });
  // @ts-expect-error  a mutation
  await client.courses.create.query({ title: "x" });
  // @ts-expect-error  an input is needed
  await client.courses.get.query();
  // @ts-expect-error  takes nothing
  await client.system.ping.query({ loud: true });
  // @ts-expect-error  a string that is no UUID
  await client.courses.get.query({ courseId: "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b1" });
  // @ts-expect-error  a point in time is no UUID
  await client.courses.get.query({ courseId: (await client.system.ping.query()).time });
  // @ts-expect-error  may be null
  (await client.courses.list.query()).nextCursor.length;
  // @ts-expect-error  no such field
  (await client.system.ping.query()).loud;
  // @ts-expect-error  an address is needed
  createClient({ token: "token" });
  // @ts-expect-error  a key is a string
  withIdempotencyKey(1);
}

type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;
same<Inputs["courses"]["create"], CreateCourseInput>();
same<Inputs["courses"]["list"], ListCoursesInput | void>();
same<Inputs["system"]["ping"], void>();
same<Outputs["courses"]["get"], Course>();
alike<ItemOf<Outputs["generation"]["watch"]>, GenerationState>();
same<inferRouterError<AppRouter>, RpcError>();
same<errors.UserLimitReached["data"]["details"]["user_limit"], number>();
