/** The reasons behind where a subject is, in the words of the policy. */
import { type FamilyTable, subjectOf } from '../../core/family.ts'
import type { ActiveFacts, ArchivedFacts, Evidence, Verdict } from '../../core/found.ts'
import { tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Session } from '../../db/database.ts'
import { cutoffOf, type Judgement } from '../../sql/eligibility.sql.ts'
import { nowSql } from '../../sql/journal/run.sql.ts'
import { keySetOfTexts } from '../../sql/keys.sql.ts'
import {
  type ActiveRow,
  type ArchivedRow,
  archivedTables,
  whyActiveSql,
  whyArchivedSql,
  whyRules,
} from '../../sql/why.sql.ts'
import type { Inspection, SoundInspection } from '../inspect.ts'
import { hasArchive } from '../subject.ts'

/** Refusals that leave nothing to judge a subject by: a column that the policy reads is missing or of another kind. */
const UNJUDGEABLE = /^(age_|rule_|reference_|missing_)/

/** By key. */
export async function whyActive(
  session: Session,
  policy: Policy,
  inspection: SoundInspection,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ActiveFacts>> {
  if (keys.length === 0) return new Map()
  if (isUnjudgeable(inspection)) return new Map(keys.map((key) => [key, NOT_JUDGED]))
  const { family, journal } = inspection
  const { now } = await session.one(nowSql)
  const judgement: Judgement = { policy, family, moment: now, journal }
  const rules = whyRules(judgement)
  const rows = await session.rows(whyActiveSql(judgement, keySetOfTexts(keys, subjectOf(family).shape.key)))
  const cutoff = cutoffOf(judgement)
  return new Map(rows.map((row) => [row.key, activeFacts(row, rules, cutoff)]))
}

const isUnjudgeable = ({ refusals }: Inspection): boolean => refusals.some(({ code }) => UNJUDGEABLE.test(code))

const NOT_JUDGED: ActiveFacts = { verdict: 'not_judged', age: null, cutoff: '', oldEnoughAt: null, evidence: [] }

function activeFacts(row: ActiveRow, rules: readonly string[], cutoff: string): ActiveFacts {
  const evidence = rules.flatMap((rule, index): Evidence[] => {
    const count = row[`rule_${index}`]
    return count == null ? [] : [{ rule, rows: Number(count) }]
  })
  return {
    verdict: verdictOf(row, evidence),
    age: row.age,
    cutoff,
    oldEnoughAt: row.old_enough_at,
    evidence,
  }
}

function verdictOf(row: ActiveRow, evidence: readonly Evidence[]): Verdict {
  if (row.age === null) return 'no_age'
  if (row.candidate !== 'true') return 'too_young'
  if (evidence.length > 0) return 'kept'
  return row.quarantined === 'true' ? 'quarantined' : 'eligible'
}

/** By key. */
export async function whyArchived(
  session: Session,
  { family, catalog }: SoundInspection,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ArchivedFacts>> {
  if (keys.length === 0) return new Map()
  const tables = archivedTables(family, (each) => hasArchive(catalog, each))
  const rows = await session.rows(whyArchivedSql(family, keySetOfTexts(keys, subjectOf(family).shape.key), tables))
  return new Map(rows.map((row) => [row.key, archivedFacts(row, tables)]))
}

const archivedFacts = (row: ArchivedRow, tables: readonly FamilyTable[]): ArchivedFacts => ({
  archivedAt: row.archived_at,
  archivedBy: row.archived_by,
  reason: row.archive_reason,
  batch: numberOf(row.batch),
  run: numberOf(row.run),
  cutoff: row.cutoff,
  related: Object.fromEntries(
    tables.map(({ shape }, index) => [tableText(shape.name), Number(row[`related_${index}`] ?? 0)]),
  ),
})

const numberOf = (text: string | null): number | null => (text === null ? null : Number(text))
