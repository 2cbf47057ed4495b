// Batches streamed in the form that tRPC 10 asks for by `trpc-batch-mode: stream`.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createTRPCProxyClient, unstable_httpBatchStreamLink } from '@trpc/client'

const trpc = createTRPCProxyClient({ links: [unstable_httpBatchStreamLink({ url: `${process.env.MAIN_URL}/trpc` })] })

test('results come as they are there', async () => {
  const order = []
  await Promise.all([[300, 'slow'], [0, 'fast']].map(
    async ([ms, tag]) => order.push((await trpc.slow.wait.query({ ms, tag })).tag)))
  assert.deepEqual(order, ['fast', 'slow'])
})

test('one bad call never spoils its neighbours', async () => {
  const calls = [trpc.greeting.hello.query({ name: 'a' }), trpc.boom.notFound.query(), trpc.stream.failing.query()]
  const outcomes = await Promise.allSettled(calls)
  assert.deepEqual(outcomes.map((each) => each.value?.text ?? each.reason.data.code), [
    'hello a', 'NOT_FOUND', 'UNSUPPORTED_MEDIA_TYPE',
  ])
})

test('a mutation', async () => {
  assert.equal(await trpc.counter.reset.mutate(), null)
})
