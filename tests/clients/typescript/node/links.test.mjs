// What createClient's links send, to a fetch and an EventSource that write it down.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createClient, withIdempotencyKey } from 'coursegen-client'

const COURSE = '019aa1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b1'
const HEAD = { 'content-type': 'application/json' }

// Every call is answered with its own number in its request: 0, or 0, 1, 2 of a batch.
const recording = () => {
  const requests = []
  const fetch = async (url, { method, headers, body }) => {
    requests.push({ url: new URL(url), method, headers: new Headers(headers), body })
    const count = new URL(url).pathname.split(',').length
    if (!new URL(url).searchParams.has('batch')) return new Response('{"result":{"data":0}}', { headers: HEAD })
    const head = JSON.stringify(Object.fromEntries([...Array(count).keys()].map((n) => [n, [[0], [null, 0, n]]])))
    const lines = [...Array(count).keys()].map((n) => JSON.stringify([n, 0, [[{ result: { data: n } }]]]))
    return new Response([head, ...lines, ''].join('\n'), { headers: HEAD })
  }
  return { requests, fetch }
}

test('queries that are made at once share a request', async () => {
  const { requests, fetch } = recording()
  const client = createClient({ url: 'http://there.test/base/', token: 't0', fetch })
  const answers = await Promise.all([client.courses.get.query({ courseId: COURSE }), client.courses.list.query()])
  assert.deepEqual(answers, [0, 1])
  assert.deepEqual(requests.map(({ method, url }) => [method, url.pathname]), [
    ['GET', '/base/trpc/courses.get,courses.list'],
  ])
  assert.equal(requests[0].headers.get('authorization'), 'Bearer t0')
  assert.equal(requests[0].headers.get('trpc-accept'), 'application/jsonl')
  assert.deepEqual(JSON.parse(requests[0].url.searchParams.get('input')), { 0: { courseId: COURSE } })
})

test('no more queries share a request than the server takes, nor more than an address holds', async () => {
  const { requests, fetch } = recording()
  const client = createClient({ url: 'http://there.test', fetch })
  await Promise.all([...Array(51)].map(() => client.system.ping.query()))
  assert.deepEqual(requests.map(({ url }) => url.pathname.split(',').length).sort(), [1, 50])
  requests.length = 0
  await Promise.all([...Array(20)].map(() => client.jobs.list.query({ cursor: 'x'.repeat(1000) })))
  assert.ok(requests.every(({ url }) => url.href.length <= 8000))
})

test('each mutation is a request of its own, with its own key', async () => {
  const { requests, fetch } = recording()
  const client = createClient({ url: 'http://there.test', token: 't0', fetch })
  const start = (key) => client.generation.initiate.mutate({ courseId: COURSE }, key && withIdempotencyKey(key))
  await Promise.all([start('first'), start('second'), start()])
  assert.deepEqual(requests.map(({ headers }) => headers.get('idempotency-key')), ['first', 'second', null])
  for (const { method, url, headers, body } of requests) {
    assert.deepEqual([method, url.href], ['POST', 'http://there.test/trpc/generation.initiate'])
    assert.equal(headers.get('authorization'), 'Bearer t0')
    assert.deepEqual(JSON.parse(body), { courseId: COURSE })
  }
})

test('a function is asked for the token before every request', async () => {
  const { requests, fetch } = recording()
  const tokens = ['t1', 't2']
  const client = createClient({ url: 'http://there.test', token: async () => tokens.shift(), fetch })
  await client.system.ping.query()
  await client.courses.create.mutate({ title: 'x' })
  await client.system.ping.query()
  assert.deepEqual(requests.map(({ headers }) => headers.get('authorization')), ['Bearer t1', 'Bearer t2', null])
})

for (const token of [undefined, null, '', () => null]) {
  test(`${token === '' ? 'an empty token' : String(token)} is no token`, async () => {
    const { requests, fetch } = recording()
    await createClient({ url: 'http://there.test', token, fetch }).system.ping.query()
    assert.equal(requests[0].headers.has('authorization'), false)
  })
}

// Opens nothing: it says where it was told to connect to.
const eventSource = (connected) => class extends EventTarget {
  constructor(url) { super(); connected(new URL(url)) }
  close() {}
}

for (const [token, params] of [['t0', { token: 't0' }], [() => 't1', { token: 't1' }], ['', {}], [undefined, {}]]) {
  test(`a subscription sends ${JSON.stringify(params)} as its connection parameters`, async () => {
    let subscription
    const url = await new Promise((connected) => {
      const client = createClient({ url: 'http://there.test', token, EventSource: eventSource(connected) })
      subscription = client.generation.watch.subscribe({ courseId: COURSE }, {})
    })
    subscription.unsubscribe()
    assert.equal(url.pathname, '/trpc/generation.watch')
    assert.deepEqual(JSON.parse(url.searchParams.get('connectionParams')), params)
    assert.deepEqual(JSON.parse(url.searchParams.get('input')), { courseId: COURSE })
  })
}

test('where there is no EventSource, a subscription says so', () => {
  const known = Object.getOwnPropertyDescriptor(globalThis, 'EventSource')
  delete globalThis.EventSource
  const { generation } = createClient({ url: 'http://there.test' })
  assert.throws(() => generation.watch.subscribe({ courseId: COURSE }, {}), { message: /^No EventSource here/ })
  if (known) Object.defineProperty(globalThis, 'EventSource', known)
})
