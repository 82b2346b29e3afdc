/** A notifier on a test's call center, with a channel that keeps what it gets, or fails as the test wants it. */
import type { Message } from '../../src/core/message.ts'
import { notifySchema } from '../../src/core/notify-schema.ts'
import type { Channel, DeliveryProblem } from '../../src/notify/channel.ts'
import { createNotifier, type Notifier } from '../../src/notify/notifier.ts'
import type { CallCenter } from './call-center.ts'

export type Listening = Readonly<{
  notifier: Notifier
  got: readonly Readonly<{ message: Message; id: string }>[]
  verdicts: () => readonly string[]
  /** What the next sendings end with; null: they arrive. */
  failWith(problem: DeliveryProblem | null): void
  problems: readonly string[]
}>

/** Alerts only, unless `fields` say otherwise. */
export function listening(center: CallCenter, fields: object = {}): Listening {
  const got: { message: Message; id: string }[] = []
  const problems: string[] = []
  let failure: DeliveryProblem | null = null
  const channel: Channel = {
    name: 'ops',
    kind: 'slack',
    send: async (message, id) => {
      if (failure !== null) throw failure
      got.push({ message, id })
    },
  }
  const url = 'https://hooks.example.com/x'
  const config = notifySchema.parse({
    zone: 'Africa/Johannesburg',
    channels: [{ kind: 'slack', name: 'ops', url, digests: [] }],
    ...fields,
  })
  const deps = { database: center.engine.database, policies: [center.policy], channels: [channel] }
  const notifier = createNotifier(config, { ...deps, onProblem: (code) => problems.push(code) })
  return {
    notifier,
    got,
    problems,
    verdicts: () => got.map(({ message }) => message.verdict),
    failWith: (problem) => {
      failure = problem
    },
  }
}
