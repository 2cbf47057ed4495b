// Errors are told apart by their shape and not by their class, which every copy of @trpc/client has its own of.

import type { RpcError, RpcErrorName, RpcErrors } from "../errors.js";

/** The type of all names that this package does not know. None of those that it knows is equal to it. */
declare enum UnknownErrorName {
  Newer = "",
}

/** What is wrong with a part of an input. */
export type Issue = {
  /** JSONPath; `$` is the input itself. */
  readonly path: string;
  readonly message: string;
};

/** An error that is newer than this package: `===` with a known name rules it out, `default` finds it. */
export type UnknownError = {
  readonly code: number;
  readonly message: string;
  readonly data: {
    readonly code: string;
    readonly httpStatus: number;
    readonly type: UnknownErrorName;
    readonly declared: boolean;
    readonly path?: string;
    readonly retryAfter?: number;
    readonly stack?: string;
    readonly details?: unknown;
    readonly issues?: readonly Issue[];
  };
};

/** A failed call that the server has answered, with what it said; by one name, or any. */
export type RpcClientError<Shape extends RpcError = RpcError> = Error & {
  readonly shape: Shape;
  readonly data: Shape["data"];
};

/** Whether a call failed by an answer of the server, and not, say, by a lost connection. */
export declare function isRpcError(error: unknown): error is RpcClientError;

/** Whether a call failed by the error of this name. It works with errors of every version of @trpc/client. */
export declare function isRpcError<Name extends RpcErrorName>(
  error: unknown,
  name: Name,
): error is RpcClientError<RpcErrors[Name]>;

export {};
