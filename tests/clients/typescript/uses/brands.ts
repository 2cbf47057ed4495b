// Strings that were checked are strings, and no string is one of them by itself.

import { dateTime, isDateTime, isUuid, uuid, type DateTime, type Uuid } from "coursegen-client";
import { same } from "./assertions.js";

export function mustPass(given: unknown): string {
  const id: Uuid = uuid("019aa1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b1");
  const time: DateTime = dateTime(new Date());
  if (isUuid(given)) same<typeof given, Uuid>();
  if (isDateTime(given)) same<typeof given, DateTime>();
  return id.toUpperCase() + new Date(time).getTime() + dateTime("2026-01-01T00:00:00Z");
}

export function mustFail(id: Uuid, time: DateTime): void {
  // @ts-expect-error  any string
  const first: Uuid = "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b1";
  // @ts-expect-error  another brand
  const second: Uuid = time;
  // @ts-expect-error  another brand
  const third: DateTime = id;
  // @ts-expect-error  a date is no string
  const fourth: DateTime = new Date();
  void [first, second, third, fourth];
}
