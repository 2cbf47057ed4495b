// Strings that were checked, under types of their own.

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DATE_TIME = /^\d{4}-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/** @type {typeof import("./brands.d.ts").isUuid} */
export const isUuid = (value) => typeof value === "string" && UUID.test(value);

/** @type {typeof import("./brands.d.ts").uuid} */
export const uuid = (text) => {
  if (isUuid(text)) return text;
  throw new TypeError(`Not a UUID: ${JSON.stringify(text)}`);
};

/** @type {typeof import("./brands.d.ts").isDateTime} */
export const isDateTime = (value) => typeof value === "string" && DATE_TIME.test(value) && isDay(value.slice(0, 10));

/** @type {typeof import("./brands.d.ts").dateTime} */
export const dateTime = (value) => {
  const text = value instanceof Date ? value.toISOString() : value;
  if (isDateTime(text)) return text;
  throw new TypeError(`Not a date and time by RFC 3339, with its offset: ${JSON.stringify(value)}`);
};

/**
 * Whether the calendar has that day: `Date` goes on into the next month where it has not.
 * @param {string} text
 */
const isDay = (text) => {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
};
