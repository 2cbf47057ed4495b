// The router under @trpc/tanstack-react-query.

import { skipToken, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { createTRPCContext, useSubscription } from "@trpc/tanstack-react-query";
import {
  isRpcError,
  withIdempotencyKey,
  type AppRouter,
  type Course,
  type GenerationState,
  type Initiated,
  type Uuid,
} from "coursegen-client";
import { alike, same } from "./assertions.js";

export const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();

export function MustPass(courseId: Uuid | undefined): string {
  const trpc = useTRPC();
  const course = useQuery(trpc.courses.get.queryOptions(courseId ? { courseId } : skipToken));
  same<typeof course.data, Course | undefined>();
  if (course.error?.data?.type === "CourseNotFound") return course.error.message;
  const courses = useQuery(trpc.courses.list.queryOptions());
  useQuery(trpc.courses.list.queryOptions({ limit: 5 }));
  useQuery(trpc.system.ping.queryOptions());
  const pages = useInfiniteQuery(
    trpc.courses.list.infiniteQueryOptions({ limit: 5 }, { getNextPageParam: (page) => page.nextCursor }),
  );
  const create = useMutation(trpc.courses.create.mutationOptions());
  create.mutate({ title: courses.data?.items[0]?.title ?? pages.data?.pages[0]?.items[0]?.title ?? "" });
  const initiate = useMutation(trpc.generation.initiate.mutationOptions({ trpc: withIdempotencyKey("one start") }));
  same<typeof initiate.data, Initiated | undefined>();
  if (initiate.error?.data?.type === "SystemFull") return String(initiate.error.data.details.global_limit);
  if (isRpcError(initiate.error, "UserLimitReached")) return String(initiate.error.data.details.user_limit);
  const watched = useSubscription(trpc.generation.watch.subscriptionOptions(courseId ? { courseId } : skipToken));
  alike<typeof watched.data, GenerationState | undefined>();
  return trpc.courses.get.queryKey().join() + trpc.courses.pathKey().join();
}

export function MustFail(courseId: string): void {
  const trpc = useTRPC();
  // @ts-expect-error  a string that is no UUID
  useQuery(trpc.courses.get.queryOptions({ courseId }));
  // @ts-expect-error  an input is needed
  useQuery(trpc.courses.get.queryOptions());
  // @ts-expect-error  a mutation
  trpc.courses.create.queryOptions({ title: "" });
  // @ts-expect-error  a query
  trpc.courses.get.mutationOptions();
  // @ts-expect-error  no such procedure
  trpc.courses.remove.mutationOptions();
  // @ts-expect-error  an error that another procedure declares
  if (useQuery(trpc.courses.list.queryOptions()).error?.data?.type === "CourseNotFound") return;
}
