// Subscriptions by httpSubscriptionLink behind splitLink and retryLink, and clients that leave.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { followed, MAIN, streamed, whole, within } from './clients.mjs'

const trpc = whole()
const CLOSED_WITHIN = 2000

test('tracked events come with their ids, then the end', async () => {
  const { events, error } = await followed(trpc.feed.ticks, { count: 3 })
  assert.equal(error, null)
  assert.deepEqual(events.map(({ id, data }) => [id, data.n]), [['1', 1], ['2', 2], ['3', 3]])
})

test('an input that asks to resume', async () => {
  const { events } = await followed(trpc.feed.ticks, { count: 3, lastEventId: '2' })
  assert.deepEqual(events.map(({ id }) => id), ['3'])
})

test('untracked events come as they are, also between tracked ones', async () => {
  assert.deepEqual((await followed(trpc.feed.plain, { count: 3 })).events, [1, 2, 3])
  const { events } = await followed(trpc.feed.mixed)
  assert.deepEqual(events.map((event) => event.data ?? event), [1, 2, 3])
})

test('a refusal ends the subscription, at once or in the middle', async () => {
  const denied = await followed(trpc.feed.denied)
  assert.deepEqual([denied.events, denied.error.data.code, denied.error.message], [[], 'FORBIDDEN', 'not yours'])
  const expired = await followed(trpc.feed.midDenied)
  assert.deepEqual([expired.events.length, expired.error.data.code], [1, 'UNAUTHORIZED'])
  const invalid = await followed(trpc.feed.ticks, { count: 'x' })
  assert.equal(invalid.error.data.issues[0].path, '$.count')
})

test('a crash makes the client come back, and go on after its last event', { timeout: 20_000 }, async () => {
  const { events, error, states } = await followed(trpc.feed.crashOnce, { key: `node-${Date.now()}` })
  assert.equal(error, null)
  assert.deepEqual(events.map(({ id }) => id), ['1', '2', '3'])
  assert.ok(states.lastIndexOf('connecting') > states.indexOf('pending'))
})

test('silence is bridged by pings', async () => {
  assert.deepEqual((await followed(trpc.feed.idle)).events, ['late'])
})

test('connection parameters stand in for headers', async () => {
  const known = whole(MAIN, { subscriptions: { connectionParams: () => ({ token: 't1' }) } })
  assert.deepEqual((await followed(known.who.amiSub)).events, [{ auth: null, params: { token: 't1' } }])
  assert.deepEqual((await followed(trpc.who.amiSub)).events, [{ auth: null, params: null }])
})

const open = () => trpc.leak.active.query()

test('a client that unsubscribes closes the generator', async () => {
  const { events } = await followed(trpc.leak.endlessSub, undefined, ({ events }) => events.length === 3)
  assert.equal(events.length, 3)
  assert.ok(await within(CLOSED_WITHIN, async () => await open() === 0))
})

test('a client that leaves a silent generator closes it', async () => {
  const subscription = trpc.leak.silentSub.subscribe(undefined, { onData() {} })
  assert.ok(await within(5000, async () => await open() === 1))
  subscription.unsubscribe()
  assert.ok(await within(CLOSED_WITHIN, async () => await open() === 0))
})

test('a client that stops reading a generator of a batch closes it', async () => {
  const leaving = new AbortController()
  const numbers = await streamed().leak.endless.query(undefined, { signal: leaving.signal })
  await assert.rejects(async () => { for await (const number of numbers) if (number === 3) leaving.abort() })
  assert.ok(await within(CLOSED_WITHIN, async () => await open() === 0))
})

test('a client that breaks off its loop closes the generator', async () => {
  const numbers = await streamed().leak.endless.query()
  for await (const number of numbers) if (number === 3) break
  assert.ok(await within(CLOSED_WITHIN, async () => await open() === 0))
})
