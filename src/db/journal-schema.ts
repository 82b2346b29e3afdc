/**
 * The journal's schema: which version a database has, which this program knows, and the steps between. Migrations are
 * numbered files; each is one transaction that records its version first. A newer database is refused.
 */
import { readdir, readFile } from 'node:fs/promises'
import { MothballError } from '../core/errors/index.ts'
import { journalExistsSql, journalRootSql, journalVersionSql, recordMigrationSql } from '../sql/journal-schema.sql.ts'
import type { MigrationStep } from '../sql/migration-step.sql.ts'
import { raw } from '../sql/tag.ts'
import type { Session } from './database.ts'

type Migration = Readonly<{ version: number; name: string; text: string }>

const FOLDER = new URL('../sql/migrations/', import.meta.url)

let loaded: Promise<readonly Migration[]> | null = null

/** In their order. A number is given once; one that is left out belongs to work that was never merged. */
function migrations(): Promise<readonly Migration[]> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<readonly Migration[]> {
  const files = (await readdir(FOLDER)).filter((file) => /^\d+_\w+\.sql$/.test(file)).toSorted()
  const all = await Promise.all(
    files.map(async (file) => ({
      version: Number.parseInt(file, 10),
      name: file.replace(/\.sql$/, ''),
      text: await readFile(new URL(file, FOLDER), 'utf8'),
    })),
  )
  const twice = all.find(({ version }, index) => version === all[index - 1]?.version)
  if (twice !== undefined) throw new RangeError(`there are two migrations ${twice.version}`)
  return all
}

const newest = (known: readonly Migration[]): number => known.at(-1)?.version ?? 0

/** Version of the journal; null where there is none. */
export async function readJournalVersion(session: Session): Promise<number | null> {
  const { exists } = await session.one(journalExistsSql)
  return exists === 'true' ? Number((await session.one(journalVersionSql)).version) : null
}

/** Throws `journal_missing`, `journal_outdated` or `journal_newer` unless the journal is as this program needs it. */
export async function requireJournal(session: Session): Promise<void> {
  const found = await readJournalVersion(session)
  const needed = newest(await migrations())
  if (found === null || found === 0) throw new MothballError('journal_missing')
  if (found < needed) throw new MothballError('journal_outdated', { found, needed })
  refuseNewer(found, needed)
}

/** The migrations that the database lacks, one step each. Throws `journal_newer`. */
export async function planJournal(session: Session): Promise<readonly MigrationStep[]> {
  const found = await readJournalVersion(session)
  const known = await migrations()
  refuseNewer(found ?? 0, newest(known))
  return known
    .filter(({ version }) => version > (found ?? 0))
    .map(({ version, name, text }) => ({
      kind: 'journal',
      object: name,
      title: `bring the journal to version ${version} (${name})`,
      statements: [
        ...(found === null && version === 1 ? journalRootSql : []),
        recordMigrationSql(version, name),
        raw(text),
      ],
      transactional: true,
    }))
}

function refuseNewer(found: number, known: number): void {
  if (found > known) throw new MothballError('journal_newer', { found, known })
}
