// The main job by the client: against the service itself, and a worker.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createClient, isDateTime, isUuid } from 'coursegen-client'
import { EventSource } from 'eventsource'

const { SERVICE_URL: url, TOKEN: token } = process.env
const client = createClient({ url, token: async () => token, EventSource })

// All that a watch says until it ends; an error ends it too.
const followed = (courseId) => new Promise((resolve, reject) => {
  const states = []
  const observer = { onData: (state) => states.push(state), onComplete: () => resolve(states), onError: reject }
  client.generation.watch.subscribe({ courseId }, observer)
})

test('a course is created, generated, followed to its end, and read', async () => {
  const course = await client.courses.create.mutate({ title: 'Хлеб на закваске', language: 'ru', difficulty: 'beginner' })
  assert.ok(isUuid(course.id) && isDateTime(course.createdAt))
  const initiated = await client.generation.initiate.mutate({ courseId: course.id })
  assert.equal(initiated.courseId, course.id)
  const states = await followed(course.id)
  assert.deepEqual([states.at(-1).status, states.at(-1).progress.percentage], ['completed', 100])
  const [content, jobs] = await Promise.all([
    client.courses.getContent.query({ courseId: course.id }), client.jobs.list.query({ courseId: course.id }),
  ])
  assert.ok(content.sections.every(({ lessons }) => lessons.every(({ text }) => text)))
  assert.ok(jobs.items.some(({ jobId }) => jobId === initiated.jobId))
})
