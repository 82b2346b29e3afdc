/**
 * Finds a customer by whatever a caller says, on either side, and says why he is where he is. One snapshot: what it
 * tells of the row, the rules and the journal belongs together.
 */
import { contactsIn } from '../../core/contact.ts'
import { subjectOf } from '../../core/family.ts'
import type { ColdFacts, Found, JournalFacts } from '../../core/found.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Session } from '../../db/database.ts'
import { readSubjectFacts } from '../../db/journal/subject-facts.ts'
import { findSql, type MatchRow } from '../../sql/find.sql.ts'
import { coldPlacesSql, findColdSql } from '../../sql/journal/cold.sql.ts'
import { keySetOfTexts } from '../../sql/keys.sql.ts'
import { type ContactKeys, soughtContacts } from '../cold/contacts.ts'
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
  const { database, contactKeys = [] } = engine
  if (text.includes('\0')) return []
  const inspection = await snapshot(engine, (session) => knownFamily(database, session, policy))
  const key = await subjectKey(database, subjectOf(inspection.family).shape, text)
  return snapshot(engine, (session) => findIn(session, policy, inspection, { text: text.trim(), key, contactKeys }))
}

const snapshot = <T>({ database }: Engine, work: (session: Session) => Promise<T>): Promise<T> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, work)

type Match = Pick<MatchRow, 'key' | 'matched'> & Readonly<{ tier: MatchRow['tier'] | 'cold' }>

/** Of purged ones; a journal that is older than cold files has none. */
async function coldMatches(
  session: Session,
  policy: Policy,
  { journal, refusals }: SoundInspection,
  { text, key, contactKeys }: Wanted,
): Promise<readonly Match[]> {
  if (!journal || refusals.some(({ code }) => code.startsWith('journal_'))) return []
  const contacts = soughtContacts(contactKeys, text)
  const rows = await session.rows(findColdSql(qualifiedText(policy.subject), { key, contacts }, MAX_FOUND))
  return rows.map((row) => ({ ...row, tier: 'cold' }))
}

async function readColdPlaces(
  session: Session,
  policy: Policy,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ColdFacts>> {
  const rows = await session.rows(coldPlacesSql(qualifiedText(policy.subject), keys))
  return new Map(
    rows.map((row) => [
      row.key,
      {
        archivedAt: row.archived_at,
        purgedAt: row.purged_at,
        run: Number(row.purged_by),
        store: row.store,
        manifest: row.manifest,
      },
    ]),
  )
}

type Wanted = Readonly<{ text: string; key: string | null; contactKeys: ContactKeys }>

async function findIn(
  session: Session,
  policy: Policy,
  inspection: SoundInspection,
  wanted: Wanted,
): Promise<readonly Found[]> {
  const [here, cold] = await Promise.all([
    matchesOf(session, policy, inspection, wanted),
    coldMatches(session, policy, inspection, wanted),
  ])
  const matches: readonly Match[] = [...here, ...cold]
  const keys = [...new Set(matches.map(({ key }) => key))].slice(0, MAX_FOUND)
  const inTier = (tier: MatchRow['tier']) =>
    keys.filter((key) => matches.some((match) => match.key === key && match.tier === tier))
  const remembered = keys.length === 0 && wanted.key !== null ? [wanted.key] : keys
  const places = cold.length === 0 ? new Map<string, ColdFacts>() : await readColdPlaces(session, policy, keys)
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
    const away = here === null && there === null ? (places.get(key) ?? null) : null
    const run =
      here === null ? (there?.run ?? away?.run ?? known.visits.at(-1)?.leftBy ?? known.keepUntil?.run ?? null) : null
    return {
      key,
      ...known,
      tier: here !== null ? 'active' : there !== null ? 'archive' : away !== null ? 'cold' : 'none',
      matched: [...new Set(matches.filter((match) => match.key === key).map(({ matched }) => matched))],
      kept: here?.evidence.map(({ rule }) => rule) ?? [],
      run,
      active: here,
      archived: there,
      cold: away,
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
