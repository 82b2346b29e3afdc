/**
 * Archived rows into cold files, against COPY over the wire to nothing: the whole export, with every file read back
 * and every row's digest compared, and where its time goes. Afterwards another DuckDB reads the files: equal counts, and
 * nothing left by EXCEPT ALL, either way.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { NO_BOUNDARY } from '../src/cold/boundary.ts'
import { directoryStore } from '../src/cold/directory.ts'
import { openParquet } from '../src/cold/parquet.ts'
import { createVault } from '../src/cold/vault.ts'
import { qualifiedText } from '../src/core/names.ts'
import { copiedSets } from '../src/engine/cold/copy-sets.ts'
import { exportCold } from '../src/engine/cold/export.ts'
import { openScope } from '../src/engine/restore/restore-scope.ts'
import { horizonSql } from '../src/sql/cold.sql.ts'
import { nowSql } from '../src/sql/journal/run.sql.ts'
import { withEngine } from './engine-side.ts'
import { agedTemplate, copyToNothing, requireSameRows } from './export-data.ts'
import { interleave, paceSpread, ratio, requireSameWork, type Sample, samplesOf } from './interleave.ts'
import { peakOf } from './memory.ts'
import { atMost, type Line, type Report, single } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'
import { StatementTimes } from './statement-times.ts'
import { subjectPolicy } from './subject-data.ts'

const LIMIT = 'COPY to nothing'
const WRITTEN = 'written and flushed alone'
const OURS = 'read back, compared and recorded too'
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
    breakdowns: [{ title: 'export: where the time goes', shares: times.shares(samplesOf(samples, OURS)) }],
    facts: { samples: Object.fromEntries(samples) },
  }

  async function memoryLine(): Promise<Line> {
    const peakMb = await arena.fresh(template, (url) => peakOfExport(url, rows))
    return { measure: 'memory of `mothball export`', spread: single(peakMb), unit: 'MB', bar: atMost(BAR_MB) }
  }
}

/** What lies behind each place that the export passes, from the place before it. */
const PHASES: Readonly<Record<string, string>> = {
  'set-copied': 'waiting for the server, which makes texts and digests one set ahead',
  'file-written': 'write: DuckDB makes Parquet of it, hashed',
  'file-flushed': 'flush',
  'file-named': 'flush',
  'folder-flushed': 'flush',
  'file-read-back': 'read back',
  'table-kept': 'prove: every digest again, by DuckDB',
  'manifest-kept': 'manifest',
  'set-recorded': 'record: families into the journal',
}

/** A clock that is looked at when a place is reached; what the server does meanwhile is nobody's time. */
function watch(times: StatementTimes) {
  let [before, last] = [performance.now(), 'set-recorded']
  return (point: string): Promise<void> => {
    const now = performance.now()
    if (point === 'set-copied' && last !== 'set-recorded') return Promise.resolve()
    times.add(PHASES[point] ?? point, now - before)
    ;[before, last] = [now, point]
    return Promise.resolve()
  }
}

async function exportAll(
  url: string,
  times: StatementTimes,
  look: (url: string, folder: string) => Promise<void>,
): Promise<Sample> {
  return inFolder((folder) =>
    withEngine(url, async (engine) => {
      const reached = watch(times)
      const vault = createVault({ store: directoryStore(folder, reached), keys: [], reached })
      const startedAt = performance.now()
      const watched = { ...engine, signals: { reached } }
      const { rows } = await exportCold(watched, vault, subjectPolicy(), { actor: 'bench' })
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
      const store = directoryStore(join(folder, 'cold'), NO_BOUNDARY)
      const vault = createVault({ store, keys: [], reached: NO_BOUNDARY })
      const startedAt = performance.now()
      const scope = await openScope(engine.database, subjectPolicy())
      const { now } = await engine.database.one(nowSql)
      const { horizon } = await engine.database.one(horizonSql(now, scope.policy.cold.exportAfterDays))
      await using desk = await vault.open()
      using parquet = await openParquet(folder)
      let rows = 0
      for await (const { tables } of oneAhead(copiedSets({ engine, vault, scope, leased: { run: 1 }, horizon }, desk)))
        for (const { intake, columns, path } of tables) {
          const file = join(folder, 'next.parquet')
          await parquet.write(intake.file, file, columns)
          await store.put(path, file)
          rows += intake.copied
        }
      return { ms: performance.now() - startedAt, rows }
    }),
  )

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
