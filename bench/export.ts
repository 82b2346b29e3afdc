/**
 * `mothball export` of one archived table, from its plan to its last set in the journal, against COPY of the same rows
 * over the wire to nothing, on one server in one run; beside it the part of it that ends when the files are written and
 * flushed. Afterwards another DuckDB reads the files: equal counts, and nothing left by EXCEPT ALL, either way.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { NO_BOUNDARY } from '../src/cold/boundary.ts'
import { directoryStore } from '../src/cold/directory.ts'
import { createVault } from '../src/cold/vault.ts'
import { daysBefore, instantText } from '../src/core/instant.ts'
import { qualifiedText } from '../src/core/names.ts'
import type { Database } from '../src/db/database.ts'
import { copiedSets } from '../src/engine/cold/copy-sets.ts'
import { exportCold } from '../src/engine/cold/export.ts'
import { writtenSets } from '../src/engine/cold/keep-sets.ts'
import { oneAhead } from '../src/engine/cold/one-ahead.ts'
import type { ColdDesk, ColdVault } from '../src/engine/cold/vault.ts'
import type { Engine } from '../src/engine/ports.ts'
import { openScope } from '../src/engine/restore/restore-scope.ts'
import { nowSql } from '../src/sql/journal/run.sql.ts'
import { withEngine } from './engine-side.ts'
import { agedTemplate, copyToNothing, requireSameRows } from './export-data.ts'
import { interleave, paceSpread, ratio, requireSameWork, type Sample, samplesOf } from './interleave.ts'
import { peakOf } from './memory.ts'
import { atMost, type Line, type Report, single } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'
import { StatementTimes } from './statement-times.ts'
import { subjectPolicy } from './subject-data.ts'

const LIMIT = 'COPY of the rows to nothing'
const WRITTEN = 'copied, written and flushed, no more'
const OURS = 'the whole export: read back, compared and recorded too'
const BAR = 1.7
const BAR_MB = 512

export const exportFiles: Scenario = {
  name: 'export',
  about: 'archived rows into cold files, read back and compared, against COPY over the wire to nothing',
  run,
}

async function run({ arena, options, say }: Stage): Promise<Report> {
  const rows = options.quick ? 5000 : 1_000_000
  const template = agedTemplate(rows)
  let isCompared = false
  const compareOnce = async (url: string, folder: string) => {
    if (isCompared) return
    await requireSameRows(url, folder)
    isCompared = true
    say(`export: another DuckDB finds ${rows.toLocaleString('en')} rows in the files, none too many, none too few`)
  }
  const times = new StatementTimes()
  const ours = { name: OURS, template, run: (url: string) => exportAll(url, times, compareOnce) }
  const alone = { name: WRITTEN, template, run: writeAlone }
  const samples = await interleave(arena, [{ name: LIMIT, template, run: copyToNothing }, alone, ours], options.rounds)
  requireSameWork(samples)
  return {
    lines: [
      { measure: LIMIT, spread: paceSpread(samples, LIMIT), unit: 'ms per 1,000', bar: null },
      ...[WRITTEN, OURS].map(
        (name): Line => ({
          measure: `${name} / ${LIMIT}`,
          spread: ratio(samples, name, LIMIT),
          unit: 'x',
          bar: atMost(BAR),
        }),
      ),
      ...(platform() === 'linux' ? [await memoryLine()] : []),
    ],
    breakdowns: [
      {
        title: 'export: how long each step was busy; they go on at once, so that the whole takes less than their sum',
        shares: times.busy(samplesOf(samples, OURS)),
      },
    ],
    facts: { samples: Object.fromEntries(samples) },
  }

  async function memoryLine(): Promise<Line> {
    const peakMb = await arena.fresh(template, (url) => peakOfExport(url, rows))
    return { measure: 'memory of `mothball export`', spread: single(peakMb), unit: 'MB', bar: atMost(BAR_MB) }
  }
}

/** The same engine and vault, with a clock beside each step. */
function watched(engine: Engine, vault: ColdVault, times: StatementTimes) {
  const timed = async <T>(step: string, work: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now()
    try {
      return await work()
    } finally {
      times.add(step, performance.now() - startedAt)
    }
  }
  const { database } = engine
  const watchedDatabase: Database = {
    ...database,
    copying: (how, work) =>
      timed('copy: the server makes texts, hashed as they come', () => database.copying(how, work)),
    transaction: (how, work) => timed('record: families into the journal', () => database.transaction(how, work)),
  }
  const open = async (): Promise<ColdDesk> => {
    const desk = await vault.open()
    return {
      intake: () => desk.intake(),
      write: (...table) => timed('write: DuckDB makes Parquet of them; put and flushed', () => desk.write(...table)),
      prove: (written) => timed('prove: read back, written out again, compared', () => desk.prove(written)),
      keepText: (...text) => timed('manifest: put, flushed, read back', () => desk.keepText(...text)),
      fetchText: (...text) => desk.fetchText(...text),
      fetch: (...table) => desk.fetch(...table),
      rewrite: (...file) => desk.rewrite(...file),
      [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose](),
    }
  }
  return { engine: { ...engine, database: watchedDatabase }, vault: { ...vault, open } }
}

async function exportAll(
  url: string,
  times: StatementTimes,
  look: (url: string, folder: string) => Promise<void>,
): Promise<Sample> {
  return inFolder((folder) =>
    withEngine(url, async (engine) => {
      const plain = createVault({ store: directoryStore(folder, NO_BOUNDARY), keys: [], reached: NO_BOUNDARY })
      const { engine: timed, vault } = watched(engine, plain, times)
      const startedAt = performance.now()
      const { rows } = await exportCold(timed, vault, subjectPolicy(), { actor: 'bench' })
      const ms = performance.now() - startedAt
      await look(url, folder)
      return { ms, rows }
    }),
  )
}

/** The same sets made, flushed and named in the same way, by the engine's own pieces; nobody reads them back. */
const writeAlone = (url: string): Promise<Sample> =>
  inFolder((folder) =>
    withEngine(url, async (engine) => {
      const store = directoryStore(folder, NO_BOUNDARY)
      const vault = createVault({ store, keys: [], reached: NO_BOUNDARY })
      const startedAt = performance.now()
      const scope = await openScope(engine.database, subjectPolicy())
      const { now } = await engine.database.one(nowSql)
      const horizon = instantText(daysBefore(now, scope.policy.cold.exportAfterDays))
      await using desk = await vault.open()
      const copied = oneAhead(copiedSets({ engine, vault, scope, leased: { run: 1 }, horizon }, desk))
      const keeping = { engine, policy: scope.policy.name, desk, lease: { lost: NEVER }, signal: NEVER }
      let rows = 0
      for await (const { tables } of oneAhead(writtenSets(keeping, copied)))
        for (const { written } of tables) {
          rows += written.received.rows
          await rm(written.received.file)
        }
      return { ms: performance.now() - startedAt, rows }
    }),
  )

const NEVER = new AbortController().signal

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mothball-bench-cold-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Of `mothball export` as people start it. */
const peakOfExport = (url: string, rows: number): Promise<number> =>
  inFolder((folder) => {
    const { name, subject, age } = subjectPolicy()
    const policy = { name, subject: qualifiedText(subject), age: { column: age.column, days: age.days } }
    const config = { cold: { directory: join(folder, 'cold') }, policies: [policy] }
    return peakOf({ url, folder, config, command: ['export'], isDone: ({ families }) => families === rows })
  })
