/**
 * Finds a customer by whatever a caller says, on either side, and says why he is where he is. One snapshot: what it
 * tells of the row, the rules and the journal belongs together.
 */
import { contactsIn } from '../../core/contact.ts'
import { subjectOf } from '../../core/family.ts'
import type { Found, JournalFacts } from '../../core/found.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Session } from '../../db/database.ts'
import { readSubjectFacts } from '../../db/journal/subject-facts.ts'
import { findSql, type MatchRow } from '../../sql/find.sql.ts'
import { keySetOfTexts } from '../../sql/keys.sql.ts'
import type { SoundInspection } from '../inspect.ts'
import type { Engine } from '../ports.ts'
import { hasArchive, subjectKey } from '../subject.ts'
import { knownFamily } from './known-family.ts'
import { whyActive, whyArchived } from './why.ts'

/** A number that so many share says nothing about one of them. */
const MAX_FOUND = 50

/**
 * Active ones first; a subject that is nowhere is told as far as the journal remembers it (tier `none`), and nothing
 * is told of what nobody knows. Throws `plan_refused` where the subject table is missing or keyless.
 */
export async function find(engine: Engine, policy: Policy, text: string): Promise<readonly Found[]> {
  const { database } = engine
  if (text.includes('\0')) return []
  const inspection = await snapshot(engine, (session) => knownFamily(database, session, policy))
  const key = await subjectKey(database, subjectOf(inspection.family).shape, text)
  return snapshot(engine, (session) => findIn(session, policy, inspection, { text: text.trim(), key }))
}

const snapshot = <T>({ database }: Engine, work: (session: Session) => Promise<T>): Promise<T> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, work)

type Wanted = Readonly<{ text: string; key: string | null }>

async function findIn(
  session: Session,
  policy: Policy,
  inspection: SoundInspection,
  wanted: Wanted,
): Promise<readonly Found[]> {
  const matches = await matchesOf(session, policy, inspection, wanted)
  const keys = [...new Set(matches.map(({ key }) => key))].slice(0, MAX_FOUND)
  const inTier = (tier: MatchRow['tier']) =>
    keys.filter((key) => matches.some((match) => match.key === key && match.tier === tier))
  const remembered = keys.length === 0 && wanted.key !== null ? [wanted.key] : keys
  const [active, archived, facts] = await Promise.all([
    whyActive(session, policy, inspection, inTier('active')),
    whyArchived(session, inspection, inTier('archive')),
    inspection.journal
      ? readSubjectFacts(session, qualifiedText(policy.subject), remembered)
      : new Map<string, JournalFacts>(),
  ])
  const found = remembered.map((key): Found => {
    const known = facts.get(key) ?? NOTHING_KNOWN
    const here = active.get(key) ?? null
    const there = archived.get(key) ?? null
    const run = here === null ? (there?.run ?? known.visits.at(-1)?.leftBy ?? known.keepUntil?.run ?? null) : null
    return {
      key,
      ...known,
      tier: here !== null ? 'active' : there !== null ? 'archive' : 'none',
      matched: [...new Set(matches.filter((match) => match.key === key).map(({ matched }) => matched))],
      kept: here?.evidence.map(({ rule }) => rule) ?? [],
      run,
      active: here,
      archived: there,
    }
  })
  return found.filter((each) => each.tier !== 'none' || isRemembered(each)).sort(activeFirst)
}

const NOTHING_KNOWN: JournalFacts = { holds: [], keepUntil: null, failure: null, visits: [] }

const isRemembered = ({ holds, keepUntil, failure, visits }: JournalFacts): boolean =>
  holds.length > 0 || keepUntil !== null || failure !== null || visits.length > 0

const activeFirst = (a: Found, b: Found): number => Number(b.tier === 'active') - Number(a.tier === 'active')

/** In the order of their keys, as the database put them. */
function matchesOf(
  session: Session,
  policy: Policy,
  { family, catalog }: SoundInspection,
  { text, key }: Wanted,
): Promise<readonly MatchRow[]> {
  const subject = subjectOf(family)
  const search = {
    policy,
    subject,
    archive: hasArchive(catalog, subject) ? subject.archive : null,
    text,
    kinds: contactsIn(text).map(({ kind }) => kind),
    key: key === null ? null : keySetOfTexts([key], subject.shape.key),
  }
  const query = findSql(search, MAX_FOUND * 2)
  return query === null ? Promise.resolve([]) : session.rows(query)
}
