// Clients of the servers under test, as an application would make them.
import {
  createTRPCClient, httpBatchLink, httpBatchStreamLink, httpLink, httpSubscriptionLink, retryLink, splitLink,
} from '@trpc/client'
import { EventSource } from 'eventsource'

export const MAIN = `${process.env.MAIN_URL}/trpc`
export const OVERRIDE = `${process.env.OVERRIDE_URL}/trpc`

export const single = (options = {}) => createTRPCClient({ links: [httpLink({ url: MAIN, ...options })] })
export const batched = (options = {}) => createTRPCClient({ links: [httpBatchLink({ url: MAIN, ...options })] })
export const streamed = (options = {}) => createTRPCClient({ links: [httpBatchStreamLink({ url: MAIN, ...options })] })

// The links of an application: subscriptions apart, calls again while the server says that it is unavailable.
export const whole = (url = MAIN, options = {}) => createTRPCClient({
  links: [
    retryLink({ retry: ({ error, attempts }) => error.data?.code === 'SERVICE_UNAVAILABLE' && attempts < 5 }),
    splitLink({
      condition: (op) => op.type === 'subscription',
      true: httpSubscriptionLink({ url, EventSource, ...options.subscriptions }),
      false: httpBatchStreamLink({ url, ...options.calls }),
    }),
  ],
})

// All that a subscription says until it ends: its events, then whether it completed or with which error.
export const followed = (procedure, input, until = () => false) => new Promise((resolve) => {
  const said = { events: [], error: null, states: [] }
  const end = (error) => { said.error = error; resolve(said) }
  const subscription = procedure.subscribe(input, {
    onData(event) {
      said.events.push(event)
      if (until(said)) { subscription.unsubscribe(); resolve(said) }
    },
    onConnectionStateChange: (state) => said.states.push(state.state),
    onComplete: () => end(null),
    onError: end,
  })
})

// Whether it becomes true before so many milliseconds have passed.
export const within = async (milliseconds, met) => {
  const deadline = Date.now() + milliseconds
  while (Date.now() < deadline) {
    if (await met()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}
