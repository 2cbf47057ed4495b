// isRpcError, with the errors that this version of @trpc/client makes.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { TRPCClientError } from '@trpc/client'
import { isRpcError } from 'coursegen-client/errors'

const data = { code: 'TOO_MANY_REQUESTS', httpStatus: 429, type: 'UserLimitReached', declared: true, details: {} }
const refused = TRPCClientError.from({ error: { code: -32029, message: 'Too many', data } })

test('an answered error is told by its name', () => {
  assert.equal(refused.name, 'TRPCClientError')
  assert.equal(isRpcError(refused, 'UserLimitReached'), true)
  assert.equal(isRpcError(refused, 'SystemFull'), false)
  assert.equal(isRpcError(refused), true)
})

test('an error that is newer than this package is one, by no known name', () => {
  const newer = TRPCClientError.from({ error: { code: -32600, message: '', data: { ...data, type: 'Unheard' } } })
  assert.equal(isRpcError(newer), true)
  assert.equal(isRpcError(newer, 'UserLimitReached'), false)
})

test('a copy of an error, as servers hand it to browsers, is told too', () => {
  const { message, shape } = refused
  assert.equal(isRpcError(JSON.parse(JSON.stringify({ message, shape, data: shape.data })), 'UserLimitReached'), true)
})

const OTHERS = [
  new Error('no answer'), TRPCClientError.from(new Error('connection lost')), null, undefined, 'UserLimitReached', 429, {},
  { data: null }, { data: { type: 7, httpStatus: 429 } }, { data: { type: 'UserLimitReached' } },
  TRPCClientError.from({ error: { code: -32603, message: 'of another server', data: { code: 'X', httpStatus: 500 } } }),
]

for (const [number, other] of OTHERS.entries()) {
  test(`what is no answer of the service is no such error, ${number}`, () => {
    assert.equal(isRpcError(other), false)
    assert.equal(isRpcError(other, 'UserLimitReached'), false)
  })
}
