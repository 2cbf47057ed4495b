// The client of the table with everything in it, against its server: values, streams, events with ids, errors.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { safe } from '@trpc/client'
import { EventSource } from 'eventsource'
import { createClient, dateTime, isRpcError, uuid, withIdempotencyKey } from 'sample-client'

const client = createClient({ url: process.env.SAMPLE_URL, EventSource })
const NIL = '00000000-0000-0000-0000-000000000000'

test('values of every kind go there and back', async () => {
  const given = {
    id: uuid(NIL), when: dateTime('2026-01-02T03:04:05Z'), day: '2026-01-02', color: 'red',
    items: [{ name: 'a', weight: '1.50' }, { name: 'b' }], shape: { type: 'square', side: 2.5 },
    class: 'x', list: [1, 2], level: 'high', byName: { a: 1 }, HTTPStatus: undefined,
  }
  const { sent, ...mixed } = await client.mixed.mix.mutate(given)
  assert.deepEqual(mixed, {
    id: NIL, when: given.when, day: given.day, color: 'red', items: [given.items[0], { name: 'b', weight: null }],
    shape: given.shape, str: 'x', int: [1, 2], again: null, level: 'high', pair: ['a', 1.5], byName: { a: 1 },
  })
  assert.equal(sent.HTTPStatus, 200)
})

test('an input may be left out where it is optional, and be null where it is nullable', async () => {
  const answers = [client.maybe.query(), client.maybe.query(null), client.deep.er.maybe.query({ name: 'x' })]
  assert.deepEqual(await Promise.all(answers), [null, null, 'x'])
})

test('a key is sent as it was given, and none where none was', async () => {
  assert.equal((await client.mixed.once.mutate(undefined, withIdempotencyKey('mine'))).at(-1), 'mine')
  assert.equal((await client.mixed.once.mutate()).at(-1), '')
})

test('a streamed query comes piece by piece, beside other queries', async () => {
  const [pieces, list] = await Promise.all([client.mixed.pieces.query(), client.mixed.list.query([3, 2])])
  const found = []
  for await (const piece of pieces) found.push(piece)
  assert.deepEqual([found, list], [[1], [3, 2]])
})

test('events have ids, and go on after each bug of the server', { timeout: 30_000 }, async () => {
  const events = await new Promise((resolve, onError) => {
    const found = []
    client.mixed.count.subscribe({ to: 3 }, { onData: (event) => found.push(event), onComplete: () => resolve(found), onError })
  })
  assert.deepEqual(events.map(({ id, data }) => [id, data.n]), [['1', 1], ['2', 2], ['3', 3]])
})

test('a declared error has its details, and a bug its id', async () => {
  const [, many] = await safe(client.mixed.refuse.query('many'))
  assert.ok(isRpcError(many, 'TooMany'))
  assert.equal(many.message, '3 is too many of pears')
  assert.deepEqual([many.data.details.count, many.data.details.kind, many.data.declared], [3, 'pears', true])
  const [, late] = await safe(client.mixed.refuse.query('late'))
  assert.equal(late.data.type, 'TimeoutError')
  const [, bug] = await safe(client.mixed.refuse.query('bug'))
  assert.ok(isRpcError(bug, 'InternalError') && bug.data.details.error_id)
})
