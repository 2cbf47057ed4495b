// What is a UUID and what a point in time, by the constructors of the branded strings.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { dateTime, isDateTime, isUuid, uuid } from 'coursegen-client'

const UUID = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b1'

test('a UUID in its canonical form is let through, in either case', () => {
  assert.equal(uuid(UUID), UUID)
  assert.equal(uuid(UUID.toUpperCase()), UUID.toUpperCase())
})

for (const wrong of ['', 'x', UUID.slice(1), `${UUID}\n`, ` ${UUID}`, UUID.replaceAll('-', ''), `{${UUID}}`, null, 7]) {
  test(`${JSON.stringify(wrong)} is no UUID`, () => {
    assert.equal(isUuid(wrong), false)
    assert.throws(() => uuid(wrong), { name: 'TypeError', message: /^Not a UUID: / })
  })
}

const RIGHT = [
  '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.123456Z', '2024-02-29T23:59:59+14:00', '2026-01-02t03:04:05-00:30',
]

for (const right of RIGHT) {
  test(`${right} is a point in time`, () => assert.equal(dateTime(right), right))
}

const WRONG = [
  '', '2026-01-02', '2026-01-02T03:04:05', '2026-01-02T03:04Z', '2026-02-30T00:00:00Z', '2025-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z', '2026-01-02T24:00:00Z', '2026-01-02T03:60:00Z', '2026-01-02T03:04:05+24:00', 7, null,
]

for (const wrong of WRONG) {
  test(`${JSON.stringify(wrong)} is no point in time`, () => {
    assert.equal(isDateTime(wrong), false)
    assert.throws(() => dateTime(wrong), { name: 'TypeError', message: /RFC 3339/ })
  })
}

test('a date is a point in time, unless it is an invalid one', () => {
  assert.equal(dateTime(new Date(0)), '1970-01-01T00:00:00.000Z')
  assert.throws(() => dateTime(new Date(NaN)), RangeError)
})
