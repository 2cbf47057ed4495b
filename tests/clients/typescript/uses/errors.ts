// Errors told apart by isRpcError, in any catch.

import { TRPCClientError } from "@trpc/client";
import { createClient, isRpcError, type AppRouter, type errors, type RpcErrorName } from "coursegen-client";
import { isRpcError as theSame } from "coursegen-client/errors";
import { same } from "./assertions.js";

const client = createClient({ url: "" });

export async function mustPass(): Promise<number | string> {
  try {
    await client.system.ping.query();
    return 0;
  } catch (error) {
    same<typeof error, unknown>();
    if (isRpcError(error, "UserLimitReached")) {
      same<typeof error.data.type, "UserLimitReached">();
      same<typeof error.data.httpStatus, 429>();
      same<typeof error.data.details.tier, string>();
      same<typeof error.shape, errors.UserLimitReached>();
      return error.data.details.user_limit;
    }
    if (theSame(error, "InvalidInput")) return error.data.issues?.[0]?.path ?? error.message;
    if (isRpcError(error)) return error.data.type;
    throw error;
  }
}

/** `default` is left with what no case names; names that are newer are among it. */
export function known(error: errors.AlreadyRunning | errors.CourseNotFound | errors.UnknownError): string {
  switch (error.data.type) {
    case "AlreadyRunning":
      return error.data.details.job_id;
    case "CourseNotFound":
      return error.data.path ?? "";
    default:
      same<typeof error.data, errors.UnknownError["data"]>();
      return error.data.type;
  }
}

export function ofTheRouter(error: unknown): number | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const typed: TRPCClientError<AppRouter> = error;
  return typed.data?.type === "SystemFull" ? typed.data.details.global_limit : typed.data?.httpStatus;
}

export function mustFail(error: unknown): void {
  // @ts-expect-error  no such error
  isRpcError(error, "UserLimitReachd");
  // @ts-expect-error  it has no such detail
  if (isRpcError(error, "UserLimitReached")) error.data.details.colour;
  // @ts-expect-error  it has no details
  if (isRpcError(error, "CourseNotFound")) error.data.details;
  // @ts-expect-error  which one it is, is not known yet
  if (isRpcError(error)) error.data.details.user_limit;
  // @ts-expect-error  no such name
  const name: RpcErrorName = "Unheard";
  void name;
}

export const names: RpcErrorName[] = ["AlreadyRunning", "InternalError", "Unauthorized"];
