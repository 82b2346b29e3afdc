/**
 * A run that stands still at a boundary while agents start their operations. Whether one waits is asked of the
 * database, never guessed from time; then the batch goes on, and those that are held open commit when it has ended.
 */
import type { RunResult } from '../../src/core/run.ts'
import { run } from '../../src/engine/run/run.ts'
import { eventually } from '../support/eventually.ts'
import type { Agent, Arena } from './arena.ts'
import type { Boundary } from './boundaries.ts'
import type { Written } from './ledger.ts'
import type { Case } from './operations.ts'
import type { Manner } from './rules.ts'

/** What came of one operation. */
export type Reply = Readonly<{ about: Case; answer: string; written: readonly Written[]; waited: boolean }>

type Said = Pick<Reply, 'answer' | 'written'>

type Attempt = Readonly<{ about: Case; agent: Agent; over: Promise<Said>; isOver: () => boolean }>

export async function runBeside(
  arena: Arena,
  cases: readonly Case[],
  { boundary, manner }: Readonly<{ boundary: Boundary; manner: Manner }>,
): Promise<Readonly<{ result: RunResult; replies: readonly Reply[] }>> {
  const { center, agents } = arena
  let times = 0
  let attempts: readonly Attempt[] | null = null
  let waiting: ReadonlySet<string> = new Set()
  let replies: readonly Reply[] | null = null
  arena.standAt(async (point) => {
    if (point === boundary.point && attempts === null) {
      times += 1
      if (times < boundary.nth) return
      attempts = await Promise.all(cases.map((about, index) => start(arena, about, agents[index], manner)))
      waiting = await waitingFor(arena, attempts)
    }
    if (attempts === null || replies !== null) return
    if (point === 'batch-committed' || point === 'run-closing') replies = await end(attempts, manner, waiting)
  })
  const result = await run(center.engine, center.policy)
  arena.standAt(async () => undefined)
  return { result, replies: replies ?? [] }
}

const end = (attempts: readonly Attempt[], manner: Manner, waiting: ReadonlySet<string>): Promise<readonly Reply[]> =>
  Promise.all(
    attempts.map(async ({ about, agent, over }) => {
      const said = await over
      const told = manner === 'held open' && said.answer === 'done' ? await commit(agent, said) : said
      if (manner === 'held open' && said.answer !== 'done') await agent.connection.query('rollback')
      return { about, ...told, waited: waiting.has(agent.name) }
    }),
  )

async function start(arena: Arena, about: Case, agent: Agent | undefined, manner: Manner): Promise<Attempt> {
  if (agent === undefined) throw new Error('there are too few agents')
  if (manner === 'held open') await agent.connection.query('begin')
  let done = false
  const over = act(arena, about, agent).finally(() => {
    done = true
  })
  return { about, agent, over, isOver: () => done }
}

async function act({ center }: Arena, about: Case, agent: Agent): Promise<Said> {
  const { operation, customer } = about
  if ('statement' in operation) return state(agent, operation.statement(about))
  return { answer: await operation.verb(agent.engine, center.policy, customer), written: [] }
}

const state = (agent: Agent, statement: string): Promise<Said> =>
  agent.connection.query(statement).then(
    (written) => ({ answer: written.length === 0 ? 'no row' : 'done', written }),
    (error: unknown) => ({ answer: sqlstate(error), written: [] }),
  )

const commit = ({ connection }: Agent, said: Said): Promise<Said> =>
  connection.query('commit').then(
    () => said,
    (error: unknown) => ({ answer: sqlstate(error), written: [] }),
  )

const sqlstate = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)

/** Waits until each agent is through or stands behind the run's own backend; tells who stands. */
async function waitingFor({ center }: Arena, attempts: readonly Attempt[]): Promise<ReadonlySet<string>> {
  const behind = new Set<string>()
  await eventually('every agent is through or waits for the batch', async () => {
    const rows = await center.db.query(`select waiter.application_name as name from pg_stat_activity waiter
      where waiter.datname = current_database() and waiter.wait_event_type = 'Lock' and exists (
        select from pg_stat_activity b where b.application_name = 'mothball' and b.pid = any(pg_blocking_pids(waiter.pid)))`)
    for (const { name } of rows) behind.add(name ?? '')
    return attempts.every(({ agent, isOver }) => isOver() || behind.has(agent.name))
  })
  // Who was through in the meantime had waited for somebody else, for a moment.
  return new Set(
    attempts.filter(({ isOver, agent }) => !isOver() && behind.has(agent.name)).map(({ agent }) => agent.name),
  )
}
