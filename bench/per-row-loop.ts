/**
 * The specification's own way, Appendix A: read a batch, then copy and delete customer by customer, each by its own
 * statements. As written every statement commits by itself; in one transaction is the kindest reading of it.
 */
import type pg from 'pg'
import { withClient } from './arena.ts'
import { moving } from './engine-side.ts'
import { type Contender, interleave, paceSpread, ratio, type Samples } from './interleave.ts'
import { atLeast, type Line, type Report } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'
import { moveByOneStatement, subjectPolicy, subjectTemplate } from './subject-data.ts'

export const perRowLoop: Scenario = {
  name: 'per-row-loop',
  about: "the specification's loop over 1,000 customers, against our batches of 1,000 and the limit",
  run,
}

type Loop = Readonly<{ name: string; prepared: boolean; oneTransaction: boolean; bar: Line['bar'] }>

const LOOPS: readonly Loop[] = [
  { name: 'as written', prepared: false, oneTransaction: false, bar: atLeast(25) },
  { name: 'prepared', prepared: true, oneTransaction: false, bar: atLeast(14) },
  { name: 'in one transaction', prepared: false, oneTransaction: true, bar: null },
  { name: 'prepared, in one transaction', prepared: true, oneTransaction: true, bar: null },
]

const OURS = 'ours'
const LIMIT = 'one statement (LIMIT)'

async function run({ arena, options }: Stage): Promise<Report> {
  const template = subjectTemplate(options.quick ? 10_000 : 100_000)
  const loops = LOOPS.map(
    (loop): Contender => ({
      name: loop.name,
      template,
      run: async (url) => withClient(url, (client) => moveOneByOne(client, loop)),
    }),
  )
  const contenders = [
    { name: LIMIT, template, run: moveByOneStatement },
    moving(OURS, template, subjectPolicy()),
    ...loops,
  ]
  const samples = await interleave(arena, contenders, options.rounds)
  return {
    lines: LOOPS.flatMap((loop) => linesOf(samples, loop)),
    facts: { samples: Object.fromEntries(samples) },
  }
}

function linesOf(samples: Samples, { name, bar }: Loop): readonly Line[] {
  return [
    { measure: `loop ${name}`, spread: paceSpread(samples, name), unit: 'ms per 1,000', bar: null },
    { measure: `loop ${name} / ours`, spread: ratio(samples, name, OURS), unit: 'x', bar },
    { measure: `loop ${name} / LIMIT`, spread: ratio(samples, name, LIMIT), unit: 'x', bar: null },
  ]
}

const CUSTOMERS = 1000

async function moveOneByOne(client: pg.Client, { prepared, oneTransaction }: Loop) {
  const named = (name: string) => (prepared ? { name } : {})
  const startedAt = performance.now()
  if (oneTransaction) await client.query('begin')
  const { rows } = await client.query<unknown[]>({ text: SELECT, values: [CUSTOMERS], rowMode: 'array', types: TEXT })
  for (const row of rows) {
    await client.query({ ...named('copy'), text: INSERT, values: row })
    await client.query({ ...named('delete'), text: DELETE, values: [row[0]] })
  }
  if (oneTransaction) await client.query('commit')
  return { ms: performance.now() - startedAt, rows: rows.length }
}

/** Values as the server's own text: the driver's types would cut microseconds. */
const TEXT = { getTypeParser: () => (text: string) => text }

const SELECT = `select id, created_at, name, email, mobile, policy_number, amount_due, status, notes
  from public.customer where created_at < now() - interval '60 days' limit $1`

const INSERT = `insert into public.customer_backup (id, created_at, name, email, mobile, policy_number, amount_due, status, notes,
    archived_at, archived_by, archive_reason)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now(), 'system', '60_day_rule')`

const DELETE = 'delete from public.customer where id = $1'
