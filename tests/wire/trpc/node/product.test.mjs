// The product's own procedures, by the links of an application.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { followed, whole } from './clients.mjs'

const URL = `${process.env.PRODUCT_URL}/trpc`
const authorization = `Bearer ${process.env.TOKEN}`
const anonymous = whole(URL)
const withHeaders = whole(URL, { calls: { headers: { authorization } } })

test('a public query', async () => {
  assert.ok((await anonymous.system.ping.query()).version)
})

test('who is not signed in is refused by type', async () => {
  await assert.rejects(anonymous.courses.list.query(), (error) => error.data.type === 'Unauthorized')
})

test('courses are made and read in batches', async () => {
  const made = await Promise.all(['Компост', 'Soil'].map((title) => withHeaders.courses.create.mutate({ title })))
  const found = await Promise.all(made.map(({ id }) => withHeaders.courses.get.query({ courseId: id })))
  assert.deepEqual(found.map(({ title }) => title), ['Компост', 'Soil'])
  await assert.rejects(withHeaders.courses.create.mutate({ title: '' }), (error) => error.data.issues[0].path === '$.title')
})

for (const key of ['token', 'authorization']) {
  test(`a subscription takes the token from the connection parameter ${key}`, async () => {
    const { id } = await withHeaders.courses.create.mutate({ title: 'Watched' })
    const connectionParams = { [key]: key === 'token' ? process.env.TOKEN : authorization }
    const watching = whole(URL, { subscriptions: { connectionParams } })
    const { events } = await followed(watching.generation.watch, { courseId: id }, ({ events }) => events.length === 1)
    assert.equal(events[0].courseId, id)
  })
}

test('a subscription without a token is refused, and a call takes none from connection parameters', async () => {
  const { error } = await followed(anonymous.generation.watch, { courseId: '01900000-0000-7000-8000-000000000000' })
  assert.equal(error.data.type, 'Unauthorized')
  const params = encodeURIComponent(JSON.stringify({ token: process.env.TOKEN }))
  assert.equal((await fetch(`${URL}/courses.list?connectionParams=${params}`)).status, 401)
})
