/**
 * `seals`: every sealed batch hashes today to what it was sealed with, and every other one still is what it moved. The
 * server hashes, chunk by chunk, each in a snapshot of its own, so that no snapshot stays open for minutes; only rows
 * that differ come here, by table and key.
 */
import { parseTableName, qualifiedText, tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { type Check, checkOf } from '../../core/verify.ts'
import type { Database, Session } from '../../db/database.ts'
import {
  type BrokenSeal,
  brokenSeals,
  nameDifferences,
  readSealChunks,
  type SealChunk,
  type UnlikeBatch,
  unlikeBatches,
} from '../../db/journal/seal.ts'
import type { SealGroup } from '../../sql/journal/seal.sql.ts'
import { NAMED } from '../../sql/verify-rows.sql.ts'
import { counted, rows } from './verify-context.ts'

/** Batches whose rows are named; the count beside them is the whole. */
const EXPLAINED = 20

type Findings = { checked: number; unreadable: Set<string>; broken: number; unlike: Set<string>; words: string[] }

export async function checkSeals(database: Database, policy: Policy): Promise<Check> {
  const subject = qualifiedText(policy.subject)
  const [sealed, unsealed] = await snapshot(database, async (session) => [
    await readSealChunks(session, subject, 'sealed'),
    await readSealChunks(session, subject, 'unsealed'),
  ])
  const findings: Findings = { checked: 0, unreadable: new Set(), broken: 0, unlike: new Set(), words: [] }
  for (const chunk of sealed) await snapshot(database, (session) => checkChunk(session, chunk, findings))
  for (const chunk of unsealed) await snapshot(database, (session) => checkUnsealed(session, chunk, findings))
  const open = new Set(unsealed.flatMap((chunk) => chunk.batches))
  return summary(findings, open.difference(findings.unlike).size)
}

const snapshot = <T>(database: Database, work: (session: Session) => Promise<T>): Promise<T> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, work)

async function checkChunk(session: Session, chunk: SealChunk, findings: Findings): Promise<void> {
  findings.checked += chunk.batches.length
  if (chunk.group === null) {
    findings.unreadable.add(nameOf(chunk))
    return
  }
  for (const broken of await brokenSeals(session, chunk.group, chunk)) {
    findings.broken += 1
    if (findings.broken <= EXPLAINED) findings.words.push(await explain(session, chunk.group, broken))
  }
}

async function checkUnsealed(session: Session, chunk: SealChunk, findings: Findings): Promise<void> {
  // `counts` and `shapes` tell of a table that cannot be read.
  if (chunk.group === null) return
  for (const unlike of await unlikeBatches(session, chunk.group, chunk)) {
    findings.unlike.add(unlike.batch)
    if (findings.unlike.size <= EXPLAINED) findings.words.push(explainUnlike(chunk, unlike))
  }
}

/** One digest for all of a batch's rows in a table: which of them differs, it cannot tell. */
function explainUnlike(chunk: SealChunk, { batch, moved, found, firstKey, lastKey, seenAt }: UnlikeBatch): string {
  const seen = seenAt === null ? 'not yet by a run' : `first on ${seenAt}`
  return `${nameOf(chunk)} batch ${batch} (${moved} moved, ${found} there): not the rows that moved, subjects ${firstKey} to ${lastKey}; it gets no seal (seen ${seen})`
}

/** The row at fault, by table and key. */
async function explain(session: Session, group: SealGroup, { batch, sealed, found }: BrokenSeal): Promise<string> {
  const { keys, strangers, missing } = await nameDifferences(session, group, batch, NAMED)
  const more = strangers - keys.length
  const names = `${keys.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  const parts = [
    ...(strangers > 0 ? [`${wordFor(strangers, missing)} ${names}`] : []),
    ...(missing > strangers ? [`${rows(missing - strangers)} missing`] : []),
    ...(strangers === 0 && missing === 0 ? ['the seal itself was changed'] : []),
  ]
  return `${nameOf(group)} batch ${batch} (${sealed} sealed, ${found} there): ${parts.join(', ')}`
}

/** As many unknown rows as lost ones: they were edited. More: some were added, and nothing tells which. */
function wordFor(strangers: number, missing: number): string {
  if (missing === 0) return 'added'
  return strangers <= missing ? 'edited' : `edited or added (${strangers - missing} of them)`
}

function summary({ checked, unreadable, broken, unlike, words }: Findings, unsealed: number): Check {
  const gone = [...unreadable].map((name) => `${name} cannot be read with the columns that were sealed`)
  const agree = checked - broken
  const details = [
    ...words,
    ...(broken > EXPLAINED ? [`${broken - EXPLAINED} more differ`] : []),
    ...(unlike.size > EXPLAINED ? [`${unlike.size - EXPLAINED} more batches without a seal differ`] : []),
    ...gone,
    `${agree} of ${counted(checked, 'seal')} agree`,
    ...(unsealed > 0 ? [`unsealed ${unsealed}: the next run seals what is left`] : []),
  ]
  return checkOf('seals', broken + unlike.size + unreadable.size === 0, details)
}

const nameOf = ({ name }: Pick<SealChunk, 'name'>): string =>
  tableText(parseTableName(name) ?? { schema: '', table: name })
