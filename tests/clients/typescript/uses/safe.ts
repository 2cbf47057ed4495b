// Errors told apart by `safe`, which tRPC has since 11.22: each procedure's own, and no others.

import { safe } from "@trpc/client";
import { createClient, isRpcError, uuid, type Course, type errors } from "coursegen-client";
import { same } from "./assertions.js";

const client = createClient({ url: "" });

export async function mustPass(): Promise<string | number> {
  const [course, error] = await safe(client.courses.get.query({ courseId: uuid("") }));
  if (!error) {
    same<typeof course, Course>();
    return course.title;
  }
  same<
    Exclude<typeof error.shape, null | undefined>,
    errors.AddressLimited | errors.CourseNotFound | errors.Unauthorized | errors.ProtocolError
  >();
  switch (error.data?.type) {
    case "CourseNotFound":
      return error.message;
    case "CallTimeout":
      return error.data.details.limit_seconds;
    default:
      return "";
  }
}

export async function mustNarrow(): Promise<number> {
  const [, error] = await safe(client.generation.initiate.mutate({ courseId: uuid("") }));
  if (isRpcError(error, "UserLimitReached")) return error.data.details.user_limit;
  return error?.data?.type === "SystemFull" ? error.data.details.global_active_jobs : 0;
}

export async function mustFail(): Promise<void> {
  const [course, error] = await safe(client.courses.get.query({ courseId: uuid("") }));
  // @ts-expect-error  there may have been an error
  course.title;
  // @ts-expect-error  an error that another procedure declares
  if (error?.data?.type === "UserLimitReached") return;
  // @ts-expect-error  no such error
  if (error?.data?.type === "Unheard") return;
}
