// Queries and mutations by httpLink, httpBatchLink and httpBatchStreamLink.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { batched, OVERRIDE, single, streamed, whole } from './clients.mjs'

const LINKS = { httpLink: single, httpBatchLink: batched, httpBatchStreamLink: streamed }

for (const [name, client] of Object.entries(LINKS)) {
  const trpc = client()

  test(`${name}: a query and a mutation`, async () => {
    assert.deepEqual(await trpc.greeting.hello.query({ name: 'ann' }), { text: 'hello ann' })
    assert.deepEqual(await trpc.greeting.maybe.query(), { text: 'hello nobody' })
    assert.equal(await trpc.counter.reset.mutate(), null)
    assert.deepEqual(await trpc.counter.add.mutate({ by: 2 }), { value: 2 })
    assert.deepEqual(await trpc.counter.add.mutate(), { value: 3 })
    assert.equal(await trpc.deep.er.est.query(), 'bottom')
  })

  test(`${name}: values come as they are`, async () => {
    assert.equal(await trpc.values.nil.query(), null)
    assert.equal(await trpc.values.str.query(), 'a "quoted" ü 漢\u2028 line')
    assert.deepEqual(await trpc.values.list.query(), [1, 2, 3])
    assert.deepEqual(await trpc.values.falsy.query(), { zero: 0, empty: '', no: false, nul: null })
    for (const value of [0, '', false, null, [], {}, 'ü/&?=#,%2C', { a: [{ b: null }] }]) {
      assert.deepEqual(await trpc.values.echo.query(value), { got: value })
    }
  })

  test(`${name}: a failure is a TRPCClientError with its code and type`, async () => {
    await assert.rejects(trpc.boom.notFound.query(), (error) => {
      assert.equal(error.name, 'TRPCClientError')
      assert.equal(error.message, 'no such thing')
      assert.deepEqual([error.shape.code, error.data.httpStatus, error.data.path], [-32004, 404, 'boom.notFound'])
      assert.deepEqual([error.data.code, error.data.type, error.data.declared], ['NOT_FOUND', 'NoSuchThing', true])
      return true
    })
    await assert.rejects(trpc.boom.mut.mutate(), { message: 'already there' })
    await assert.rejects(trpc.boom.crash.query(), { message: 'Internal server error' })
    await assert.rejects(trpc.strict.email.mutate({ email: 'x' }), (error) => error.data.issues[0].path === '$.email')
    await assert.rejects(trpc.no.such.query(), { message: 'No procedure found on path "no.such"' })
  })

  test(`${name}: posts everything where the client wants it`, async () => {
    const posting = client({ url: OVERRIDE, methodOverride: 'POST' })
    const text = 'x'.repeat(20_000)
    assert.deepEqual(await posting.values.echo.query(text), { got: text })
    await assert.rejects(client({ methodOverride: 'POST' }).values.nil.query(), { message: /Unsupported POST-request/ })
  })

  test(`${name}: headers reach the procedure`, async () => {
    const known = client({ headers: { authorization: 'Bearer t0' } })
    assert.deepEqual(await known.who.ami.query(), { auth: 'Bearer t0' })
  })
}

for (const [name, client] of Object.entries({ httpBatchLink: batched, httpBatchStreamLink: streamed })) {
  test(`${name}: one bad call never spoils its neighbours`, async () => {
    const trpc = client()
    const calls = [
      trpc.greeting.hello.query({ name: 'a' }), trpc.boom.crash.query(), trpc.greeting.hello.query({ name: 7 }),
      trpc.no.such.query(), trpc.greeting.hello.query({ name: 'b' }),
    ]
    const outcomes = await Promise.allSettled(calls)
    assert.deepEqual(outcomes.map((each) => each.value?.text ?? each.reason.data.code), [
      'hello a', 'INTERNAL_SERVER_ERROR', 'BAD_REQUEST', 'NOT_FOUND', 'hello b',
    ])
  })

  test(`${name}: fifty calls pass, and fifty-one are refused whole`, async () => {
    const trpc = client({ url: OVERRIDE, methodOverride: 'POST' })
    const send = (count) => Promise.allSettled([...Array(count).keys()].map((n) => trpc.values.echo.query(n)))
    assert.deepEqual((await send(50)).map((each) => each.value.got), [...Array(50).keys()])
    for (const { reason } of await send(51)) assert.equal(reason.message, 'Batch call exceeds maximum size')
  })
}

test('httpLink: a generator is refused', async () => {
  await assert.rejects(single().stream.words.query({ words: ['a'] }), { message: /Cannot use stream-like response/ })
})

test('httpLink: a form and bytes', async () => {
  const form = new FormData()
  form.append('a', '1')
  form.append('f', new File(['small'], 's.txt', { type: 'text/plain' }))
  const seen = { a: '1', f: { name: 's.txt', type: 'text/plain', size: 5 } }
  assert.deepEqual(await single().upload.form.mutate(form), seen)
  assert.deepEqual(await single().upload.bin.mutate(new Uint8Array(1000)), { size: 1000 })
  await assert.rejects(single().counter.add.mutate(form), (error) => error.data.code === 'UNSUPPORTED_MEDIA_TYPE')
})

test('httpBatchStreamLink: a fast call does not wait for a slow one', async () => {
  const trpc = streamed()
  const order = []
  await Promise.all([[300, 'slow'], [0, 'fast'], [100, 'middle']].map(
    async ([ms, tag]) => order.push((await trpc.slow.wait.query({ ms, tag })).tag)))
  assert.deepEqual(order, ['fast', 'middle', 'slow'])
})

test('httpBatchStreamLink: a generator comes item by item, beside other calls', async () => {
  const trpc = streamed()
  const [words, hello, more] = await Promise.all([
    trpc.stream.words.query({ words: ['a', 'b', 'c'] }), trpc.greeting.hello.query({ name: 'x' }),
    trpc.stream.words.query({ words: [] }),
  ])
  assert.deepEqual(hello, { text: 'hello x' })
  const said = []
  for await (const word of words) said.push(word)
  assert.deepEqual(said, ['a', 'b', 'c'])
  assert.deepEqual(await more[Symbol.asyncIterator]().next(), { done: true, value: 'done' })
})

test('httpBatchStreamLink: a generator that fails in the middle', async () => {
  const items = await streamed().stream.failing.query()
  const said = []
  await assert.rejects(async () => { for await (const item of items) said.push(item) }, (error) => {
    assert.deepEqual([error.message, error.data.code], ['mid-stream', 'FORBIDDEN'])
    return true
  })
  assert.deepEqual(said, [1])
})

test('httpBatchStreamLink: a silence of several pings', async () => {
  assert.deepEqual(await streamed().slow.wait.query({ ms: 700, tag: 'late' }), { tag: 'late' })
})

test('retryLink: a call is sent again until it passes', async () => {
  assert.deepEqual(await whole().boom.flaky.query(), { attempts: 3 })
})
