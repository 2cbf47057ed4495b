// Errors are told apart by their shape and not by their class, which every copy of @trpc/client has its own of.

/** @type {(error: unknown, name?: string) => error is import("./rpc_error.d.ts").RpcClientError<any>} */
export const isRpcError = (error, name) => {
  const data = property(error, "data");
  const type = property(data, "type");
  return typeof type === "string" && typeof property(data, "httpStatus") === "number" && (name ?? type) === type;
};

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {unknown}
 */
const property = (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined);
