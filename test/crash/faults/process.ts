/** Faults of a worker's process: killed where it stands, killed in full flight, stopped until another one took over. */
import { eventually } from '../../support/eventually.ts'
import type { Hand } from '../crew.ts'
import { type Fault, hasOpenBatch, type Stage, whileAnyStands, whileStanding } from '../stage.ts'

const killed: Fault = {
  kind: 'process killed at a point of a batch',
  strike: async (stage) => (await whileAnyStands(stage, ({ hand }) => kill(hand))) ?? false,
}

async function kill({ worker }: Hand): Promise<true> {
  await worker.kill()
  return true
}

const LOOKS = 400

/** Stopped first: what the server says of it then is still so when it is killed. */
const killedInFlight: Fault = {
  kind: 'process killed while a statement is on its way',
  strike: async (stage) => {
    for (let look = 1; look <= LOOKS; look += 1) {
      const hand = stage.random.pick(stage.crew.hands)
      hand.worker.signal('SIGSTOP')
      const isOpen = await hasOpenBatch(stage, hand)
      if (isOpen) return kill(hand)
      hand.worker.signal('SIGCONT')
    }
    return false
  },
}

const LEASE = 'select epoch from mothball.lease'
const LET_LEASE_PASS = "update mothball.lease set heartbeat_at = now() - interval '1 hour'"

/** The lease's time is over when its heartbeat says so; nobody has to wait for it. */
const stopped: Fault = {
  kind: 'process stopped past its lease, woken after the takeover',
  strike: async (stage) => (await whileStanding(stage, ({ hand }) => sleepThroughTakeover(stage, hand))) ?? false,
}

async function sleepThroughTakeover({ ask }: Stage, { worker }: Hand): Promise<boolean> {
  worker.signal('SIGSTOP')
  try {
    const [before] = await ask(LEASE)
    await ask(LET_LEASE_PASS)
    await eventually(
      'somebody takes the lease over',
      async () => (await ask(LEASE))[0]?.['epoch'] !== before?.['epoch'],
    )
    return true
  } finally {
    worker.signal('SIGCONT')
  }
}

export const PROCESS_FAULTS = { killed, killedInFlight, stopped }
