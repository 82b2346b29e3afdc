/**
 * The function that brings one family home inside the transaction of whoever asks for it: the statements of a restore's
 * batch, with variables where a batch has values, so that columns, hashes and conflicts have one truth. It waits for the
 * family's row instead of passing it by: of two who ask at once, the second finds it home.
 */
import { type ArchivedFamily, type ArchivedTable, archivedSubject } from '../../core/archived-family.ts'
import type { FamilyTable } from '../../core/family.ts'
import { bringName, COMING_HOME, insertTriggers } from '../../core/homecoming.ts'
import { qualifiedText, tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { batchesByFormSql, type SealedForm } from '../journal/departure.sql.ts'
import { keepSql } from '../journal/keep-until.sql.ts'
import { columnsOf, type KeySet } from '../keys.sql.ts'
import { knownColumns, lockTablesSql } from '../lock.sql.ts'
import { changedSql, conflictsSql } from '../restore-conflicts.sql.ts'
import {
  comeHomeSql,
  comingHomeSql,
  leaveArchiveSql,
  lockArchivedSql,
  overtakenSql,
  pinPathSql,
  relatedArchivedSql,
} from '../restore-move.sql.ts'
import { advanceSql, MAX_STEPS, sequenceColumns, stepsSql } from '../sequence.sql.ts'
import { anyOf, commaList, empty, inlined, join, literal, raw, type Sql, sql } from '../tag.ts'
import { driftSql } from './drift.sql.ts'
import { formatSql, type GeneratedFunction, generated, raiseSql } from './function.sql.ts'
import { settingsOf } from './settings.sql.ts'

/** What a subject's functions are made from. */
export type HomecomingScope = Readonly<{
  policy: Policy
  family: ArchivedFamily
  /** By qualified name of the home table: in which forms its rows were or will be moved. */
  sealedForms: ReadonlyMap<string, readonly SealedForm[]>
}>

/** One table's variables: `t<n>_<column>` its keys, `n<n>` how many, `b<n>` its batches, `d<n>` the digest that arrived. */
type Place = Readonly<{ each: ArchivedTable; at: number; rows: KeySet; names: readonly string[] }>

type Found = Readonly<{ family: ArchivedFamily; rows: ReadonlyMap<FamilyTable, KeySet> }>

/** Takes the journal's key and a reason; false where nobody of this key is in the archive (any more). */
export function bringHomeFunction(scope: HomecomingScope): GeneratedFunction {
  const { policy, family } = scope
  const places = family.tables.map((each, at): Place => {
    const names = knownColumns(family, each)
    const arrays = Object.fromEntries(names.map((name, n) => [name, variable(`t${at}_${n}`)]))
    return { each, at, names, rows: { count: 1, arrays } }
  })
  const found: Found = { family, rows: new Map(places.map(({ each, rows }) => [each, rows])) }
  const body = [
    raw('<<home>>'),
    declarations(scope, places),
    raw('begin'),
    keySql(family),
    sql`${lockTablesSql(family)};`,
    driftSql(scope),
    ...places.map((place) => gatherSql(found, place)),
    ...places.map((place) => whenAny(place, conflictLoop(found, place, 'conflicts', scope))),
    ...places.map((place) => whenAny(place, sequencesSql(place))),
    runSql(scope, places),
    sql`perform ${tail(comingHomeSql)};`,
    ...places.map((place) => whenAny(place, arriveSql(scope, place))),
    ...(family.tables.some(({ home }) => insertTriggers(home).length > 0)
      ? places.map((place) => whenAny(place, conflictLoop(found, place, 'changes', scope)))
      : []),
    sql`perform pg_catalog.set_config(${COMING_HOME}, coalesce(home.was_coming, ''), true);`,
    ...(hasPathDependent(family) ? [sql`perform ${tail(pinPathSql)};`] : []),
    ...places.toReversed().map((place) => whenAny(place, leaveSql(scope, place))),
    keepUntilSql(policy, places),
    raw('return true;'),
    raw('end'),
  ]
  const parts = { name: bringName(policy.subject), takes: ['text', 'text'], returns: 'boolean' } as const
  return generated({ ...parts, settings: settingsOf(family) }, join(body, '\n'))
}

/** Names of plpgsql are looked for after columns; with the block's name before them no column is meant. */
const variable = (name: string): Sql => raw(`home.${name}`)

/** `select f(...)` without its select, for `perform`. */
const tail = (query: Sql): Sql => raw(inlined(query).text.replace(/^select /, ''))

function declarations({ sealedForms }: HomecomingScope, places: readonly Place[]): Sql {
  const own = places.flatMap(({ each, at, names }) => [
    ...names.map((_name, n) => `t${at}_${n} text := '{}';`),
    `n${at} bigint := 0; b${at} text; d${at} text;`,
    ...(sealedForms.get(qualifiedText(each.home.name)) ?? []).map((_form, n) => `s${at}_${n} text;`),
    ...sequenceColumns(each.home).map((_column, n) => `q${at}_${n} text;`),
  ])
  return raw(`declare
asked alias for $1;
why alias for $2;
was_coming text := pg_catalog.current_setting('${COMING_HOME}', true);
until timestamptz;
run bigint;
r record;
${own.join('\n')}`)
}

/** Of the key's parts as they were asked for, the typed ones; a text that reads as another key is nobody's. */
function keySql(family: ArchivedFamily): Sql {
  const { shape } = archivedSubject(family)
  const differs = columnsOf(shape, shape.key).map(({ type }, at) => {
    const part = askedPart(shape.key, at)
    const plain = (text: Sql) => sql`pg_catalog.lower(pg_catalog.replace(${text}, ' ', ''))`
    return sql`${plain(sql`${part}::${raw(type)}::text`)} is distinct from ${plain(part)}`
  })
  return sql`if ${anyOf(differs)} then return false; end if;`
}

const askedPart = (key: readonly string[], at: number): Sql =>
  key.length === 1 ? raw('home.asked') : sql`(home.asked::jsonb ->> ${raw(String(at))})`

/** Locks the table's rows of the family and keeps their keys; without a subject there is nothing more to do. */
function gatherSql({ family, rows }: Found, { each, at, names }: Place): Sql {
  const { shape } = archivedSubject(family)
  const asked = Object.fromEntries(shape.key.map((name, n) => [name, sql`(array[${askedPart(shape.key, n)}])::text`]))
  const isSubject = each === archivedSubject(family)
  const gathered = isSubject
    ? lockArchivedSql(family, each, { count: 1, arrays: asked }, 'wait')
    : relatedArchivedSql(family, each, earlier(family, rows, at), true)
  const kept = names.map((_name, n) => raw(`t${at}_${n} := coalesce(r.key_${n}, '{}');`))
  return sql`${gathered} into r;
${isSubject ? raw('if r.count = 0 then return false; end if;\n') : empty}n${raw(String(at))} := r.count; b${raw(String(at))} := r.batches; ${join(kept, ' ')}`
}

/** A table's rows are found by those of the tables before it. */
const earlier = (family: ArchivedFamily, rows: Found['rows'], at: number): Found['rows'] =>
  new Map(family.tables.slice(0, at).flatMap((each) => [[each, rows.get(each) ?? { count: 0, arrays: {} }] as const]))

const whenAny = ({ at }: Place, work: Sql | null): Sql =>
  work === null ? empty : sql`if home.n${raw(String(at))} > 0 then\n${work}\nend if;`

/** The first conflict ends it: nothing is overwritten, and the writer is told what stands in the way. */
function conflictLoop(
  found: Found,
  { each }: Place,
  asks: 'conflicts' | 'changes',
  { policy }: HomecomingScope,
): Sql | null {
  const query =
    asks === 'changes'
      ? changedSql(policy, found, each)
      : conflictsSql(found, each, { isThorough: true, hasStrangers: true })
  if (query === null) return null
  const named = formatSql(
    `%s of ${tableText(policy.subject)} cannot come home: %s in ${tableText(each.home.name)}%s`,
    raw('r.key'),
    raw('r.kind'),
    sql`case when r.guard = '' then '' else ' (' || r.guard || ')' end`,
  )
  return sql`for r in ${query} loop
  ${raiseSql('cannot_come_home', named, restoreHint())};
end loop;`
}

const restoreHint = (): Sql =>
  formatSql(
    'Look at `mothball restore %s --dry-run`: it names what stands in the way and what to do.',
    raw('home.asked'),
  )

/** Raised before the rows arrive, so that no insert meets their keys. `nextval` never goes backwards. */
function sequencesSql({ each, at, rows }: Place): Sql | null {
  const overtaken = overtakenSql(each, rows)
  if (overtaken === null) return null
  const sequences = sequenceColumns(each.home)
  const kept = sequences.map((_each, index) => raw(`q${at}_${index} := r.beyond_${index};`))
  const raised = sequences.map(({ sequence }, index) => raiseSequenceSql(each, sequence, raw(`home.q${at}_${index}`)))
  return sql`${overtaken} into r;
${join([...kept, ...raised], '\n')}`
}

function raiseSequenceSql({ home }: ArchivedTable, sequence: string, target: Sql): Sql {
  const tooFar = literal(`a sequence of ${tableText(home.name)} is far behind a key that is to come home`)
  const fix = formatSql('Run `mothball restore %s`, which raises it, then repeat the statement.', raw('home.asked'))
  return sql`if ${target} is not null then
  ${stepsSql(sequence, target)} into r;
  if r.steps::numeric > ${raw(String(MAX_STEPS))} then ${raiseSql('cannot_come_home', tooFar, fix)}; end if;
  if r.steps is not null then ${advanceSql(sequence, raw('r.steps'))} into r; end if;
end if;`
}

/** The journal's row: who, why, and what came along. It names no version of the policy: a homecoming obeys none. */
function runSql({ policy }: HomecomingScope, places: readonly Place[]): Sql {
  const related = places
    .slice(1)
    .map(({ each, at }) => sql`${literal(tableText(each.home.name))}, home.n${raw(String(at))}`)
  const days = raw(String(policy.keepUntilDays))
  return sql`until := pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => ${days}::float8 * 86400);
insert into mothball.run (policy, subject, operation, actor, reason, moment, ended_at, status, stop_reason, restored, details)
  values (${policy.name}, ${qualifiedText(policy.subject)}, 'homecoming', session_user, home.why, pg_catalog.now(), pg_catalog.clock_timestamp(),
    'success', 'all_home', 1, pg_catalog.jsonb_build_object('key', home.asked, 'keep_until', home.until::text,
      'related', pg_catalog.jsonb_build_object(${commaList(related)})))
  returning id into run;`
}

function arriveSql({ policy }: HomecomingScope, { each, at, rows }: Place): Sql {
  const n = raw(String(at))
  const overtaken = sequenceColumns(each.home).map((_each, index) => raw(`r.beyond_${index} is not null`))
  return sql`${comeHomeSql(policy, each, rows)} into r;
d${n} := r.digest;
if ${anyOf([sql`r.count <> home.n${n}`, ...overtaken])} then ${sidesDiffer(each)}; end if;`
}

const hasPathDependent = ({ tables }: ArchivedFamily): boolean =>
  tables.some(({ home }) => home.columns.some(({ baseType }) => baseType.startsWith('reg')))

/** Deletes by the locked keys, leaves departures, and holds what left against what arrived. */
function leaveSql({ policy, sealedForms }: HomecomingScope, { each, at, rows }: Place): Sql {
  const n = raw(String(at))
  const forms = sealedForms.get(qualifiedText(each.home.name)) ?? []
  const batches = sql`array(select e.value::bigint from pg_catalog.json_array_elements_text(coalesce(home.b${n}, '[]')::json) e)`
  const sealed = forms.map((form, index) => {
    const columns = namesOf(form.columns)
    const present = columns.filter((name) => each.twin.columns.some((own) => own.name === name))
    // What a batch that is yet to be sealed is compared by; without one of its columns nobody can make it again.
    const asText = form.as_text === null || present.length < columns.length ? null : namesOf(form.as_text)
    return { batches: variable(`s${at}_${index}`), columns: present, asText }
  })
  const kept = forms.map((_form, index) => raw(`s${at}_${index} := r.sealed_${index};`))
  const unknown = literal(
    `rows of ${tableText(each.home.name)} were archived by columns that the homecoming trigger does not know`,
  )
  const fix = literal(`Run \`mothball homecoming install --policy ${policy.name}\`, then repeat the statement.`)
  return sql`${batchesByFormSql(qualifiedText(each.home.name), forms, batches)} into r;
if r.unknown > 0 then ${raiseSql('homecoming_stale', unknown, fix)}; end if;
${join(kept, ' ')}
${leaveArchiveSql(policy, each, { rows, sealed, run: variable('run') })} into r;
if r.count <> home.n${n} or r.digest is distinct from home.d${n} then ${sidesDiffer(each)}; end if;`
}

const sidesDiffer = (each: ArchivedTable): Sql =>
  raiseSql(
    'cannot_come_home',
    literal(`rows of ${tableText(each.home.name)} did not arrive as they left`),
    restoreHint(),
  )

function namesOf(list: string): readonly string[] {
  const names: unknown = JSON.parse(list)
  return Array.isArray(names) ? names.map(String) : []
}

function keepUntilSql({ subject }: Policy, [first]: readonly Place[]): Sql {
  if (first === undefined) throw new RangeError('a family has at least its subject')
  const keep = {
    subject: qualifiedText(subject),
    until: variable('until'),
    reason: variable('why'),
    actor: raw('session_user::text'),
    run: variable('run'),
  }
  return sql`${keepSql(first.each.shape, first.rows, keep)};`
}
