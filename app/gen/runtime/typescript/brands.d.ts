// Strings that were checked, under types of their own.

declare const brand: unique symbol;

/** A UUID in its canonical form. Answers have them; `uuid(text)` makes one of any other string. */
export type Uuid = string & { readonly [brand]: "Uuid" };

/** A point in time by RFC 3339, with its offset. `new Date(value)` reads it; `dateTime(value)` makes one. */
export type DateTime = string & { readonly [brand]: "DateTime" };

/** The string as a UUID. TypeError for one that isn't. */
export declare function uuid(text: string): Uuid;

/** Whether it is a UUID in its canonical form. */
export declare function isUuid(value: unknown): value is Uuid;

/** The string, or the date, as a point in time. TypeError for a string that isn't, RangeError for an invalid date. */
export declare function dateTime(value: string | Date): DateTime;

/** Whether it is a point in time by RFC 3339, with its offset. */
export declare function isDateTime(value: unknown): value is DateTime;

export {};
