/**
 * A small TCP proxy between a worker and the server that understands enough of the wire protocol to know an open
 * batch, and to cut its connection at a chosen place: at one of its statements, before its COMMIT, or after the COMMIT
 * and before its reply. Pipelined messages are taken apart one by one.
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { MessageReader, sqlOf, tagOf } from './wire.ts'

export type CutPlace = 'at a statement' | 'before COMMIT' | 'before its reply'

export type CuttingProxy = Readonly<{
  port: number
  /**
   * Cuts the next open batch there, `statement`: at which of those after its first row locks. Resolves true when done,
   * false when `giveUp` was aborted before.
   */
  cut(place: CutPlace, statement: number, giveUp: AbortSignal): Promise<boolean>
  close(): Promise<void>
}>

type Arm = {
  readonly place: CutPlace
  readonly statement: number
  passed: number
  /** Nobody waits for it any more. */
  isOver: boolean
  done: (cut: boolean) => void
}
/** The one cut that is asked for now. */
type Armed = { arm: Arm | null }

/** What the traffic of a connection says of its transaction. */
type Phase = 'idle' | 'begun' | 'tables locked' | 'rows locked' | 'recorded'

/** Texts of the batch's statements by which it is known; archive and restore both lock tables, then rows. */
const NEXT_PHASE: readonly Readonly<{ text: RegExp; phase: Phase }>[] = [
  { text: /^begin isolation level read committed/i, phase: 'begun' },
  { text: /^lock table only/i, phase: 'tables locked' },
  { text: /for update(?: of \w+)? skip locked/i, phase: 'rows locked' },
  { text: /^insert into mothball\.batch|^update mothball\.run set restored = restored/i, phase: 'recorded' },
  { text: /^(?:commit|rollback)$/i, phase: 'idle' },
]

const PHASES: readonly Phase[] = ['idle', 'begun', 'tables locked', 'rows locked', 'recorded']

function phaseAfter(phase: Phase, text: string): Phase {
  const next = NEXT_PHASE.find((each) => each.text.test(text.trim()))?.phase
  if (next === undefined || next === 'idle' || next === 'begun') return next ?? phase
  // Only step by step: rows that others lock, or a run's row that others write, are no batch.
  return PHASES.indexOf(next) === PHASES.indexOf(phase) + 1 || next === phase ? next : phase
}

export async function startProxy(target: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  const armed: Armed = { arm: null }
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('close', () => sockets.delete(socket))
    }
    relay(client, upstream, armed)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has a port')
  return {
    port: address.port,
    cut: (place, statement, giveUp) => arm(armed, place, statement, giveUp),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function arm(armed: Armed, place: CutPlace, statement: number, giveUp: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const mine: Arm = { place, statement, passed: 0, isOver: false, done: resolve }
  armed.arm = mine
  giveUp.addEventListener('abort', () => {
    if (armed.arm === mine) armed.arm = null
    mine.isOver = true
    resolve(false)
  })
  return promise
}

/** Cuts both ways at once: no orderly goodbye on either side. */
function sever(client: Socket, upstream: Socket): void {
  client.resetAndDestroy()
  upstream.destroy()
}

function relay(client: Socket, upstream: Socket, armed: Armed): void {
  let phase: Phase = 'idle'
  let awaiting: Arm | null = null
  const requests = new MessageReader('startup')
  const replies = new MessageReader('typed')
  const cut = (arm: Arm) => {
    if (armed.arm === arm) armed.arm = null
    sever(client, upstream)
    arm.done(true)
  }
  const armAgain = () => {
    if (awaiting !== null && !awaiting.isOver) armed.arm = awaiting
    awaiting = null
  }
  client.on('data', (chunk) => {
    for (const message of requests.read(chunk)) {
      if (upstream.destroyed) return
      const text = sqlOf(message)
      const isCommit = text !== null && /^commit$/i.test(text.trim())
      const { arm } = armed
      if (arm !== null && text !== null && isPlace(arm, phase, isCommit)) {
        if (arm.place !== 'before its reply') return cut(arm)
        armed.arm = null
        awaiting = arm
      }
      if (text !== null) phase = phaseAfter(phase, text)
      upstream.write(message)
    }
  })
  upstream.on('data', (chunk) => {
    for (const message of replies.read(chunk)) {
      if (awaiting !== null && tagOf(message) === 'COMMIT') return cut(awaiting)
      // The server refused: the batch is not committed, and the fault waits for another one.
      if (tagOf(message) !== null) armAgain()
      client.write(message)
    }
  })
  const close = () => {
    armAgain()
    client.destroy()
    upstream.destroy()
  }
  for (const socket of [client, upstream]) socket.on('error', close).on('close', close)
}

function isPlace(arm: Arm, phase: Phase, isCommit: boolean): boolean {
  if (arm.place !== 'at a statement') return isCommit && phase === 'recorded'
  // A COMMIT before its turn has come: the batch was a short one, and the count begins again with the next.
  if (isCommit || (phase !== 'rows locked' && phase !== 'recorded')) arm.passed = 0
  else arm.passed += 1
  return arm.passed === arm.statement
}
