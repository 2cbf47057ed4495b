// The client against the service itself, where nobody works on what it starts.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { safe } from '@trpc/client'
import { createClient, isDateTime, isRpcError, uuid, withIdempotencyKey } from 'coursegen-client'
import { EventSource } from 'eventsource'

const { SERVICE_URL: url, TOKEN: token, FREE_TOKEN: free } = process.env
const NOWHERE = uuid('01900000-0000-7000-8000-000000000000')
const client = createClient({ url, token: async () => token, EventSource })

// All that a watch says until it ends; an error ends it too.
const followed = (courseId, by = client) => new Promise((resolve, reject) => {
  const states = []
  const observer = { onData: (state) => states.push(state), onComplete: () => resolve(states), onError: reject }
  by.generation.watch.subscribe({ courseId }, observer)
})

test('with a key a start is made once, and without it the second is refused by name', async () => {
  const { id: courseId } = await client.courses.create.mutate({ title: 'Компост' })
  const start = () => client.generation.initiate.mutate({ courseId }, withIdempotencyKey('one start'))
  const first = await start()
  assert.deepEqual(await start(), first)
  await assert.rejects(client.generation.initiate.mutate({ courseId }), (error) => (
    isRpcError(error, 'AlreadyRunning') && error.data.details.job_id === first.jobId
  ))
  await assert.rejects(client.generation.initiate.mutate({ courseId: NOWHERE }), (error) => (
    isRpcError(error, 'CourseNotFound') && !isRpcError(error, 'AlreadyRunning') && error.message === 'Course not found'
  ))
})

test('a limit is told with its numbers, by isRpcError and by safe', async () => {
  const poor = createClient({ url, token: free })
  const courses = await Promise.all(['Первый', 'Второй'].map((title) => poor.courses.create.mutate({ title })))
  await poor.generation.initiate.mutate({ courseId: courses[0].id })
  const again = () => poor.generation.initiate.mutate({ courseId: courses[1].id })
  await assert.rejects(again(), (error) => isRpcError(error, 'UserLimitReached') && error.data.details.user_limit === 1)
  const [data, error] = await safe(again())
  assert.equal(data, undefined)
  assert.deepEqual([error.data.type, error.data.httpStatus, error.data.details.tier], ['UserLimitReached', 429, 'FREE'])
})

test('what is wrong with an input is told', async () => {
  const [, error] = await safe(client.courses.create.mutate({ title: '' }))
  assert.ok(isRpcError(error, 'InvalidInput'))
  assert.equal(error.data.issues[0].path, '$.title')
})

test('one refused query spoils none of those that share its request', async () => {
  const [pong, missing] = await Promise.all([
    client.system.ping.query(), safe(client.courses.get.query({ courseId: NOWHERE })),
  ])
  assert.ok(isDateTime(pong.time))
  assert.equal(missing[1].data.type, 'CourseNotFound')
})

test('who is not signed in reaches what is public, and is refused the rest by name', async () => {
  const anonymous = createClient({ url, EventSource })
  assert.ok((await anonymous.system.ping.query()).version)
  await assert.rejects(anonymous.courses.list.query(), (error) => isRpcError(error, 'Unauthorized'))
  await assert.rejects(followed(NOWHERE, anonymous), (error) => isRpcError(error, 'Unauthorized'))
  await assert.rejects(followed(NOWHERE), (error) => isRpcError(error, 'CourseNotFound'))
})
