/** The words for what keeps a family in the archive: each says what to do, and none repeats a row's values. */
import type { Conflict } from './restore.ts'
import { isTimeout, isTransient } from './sqlstate.ts'

type Facts = Readonly<{ table: string; constraint: string; sqlstate?: string }>

export const conflict = (key: string, kind: Conflict['kind'], facts: Facts): Conflict => ({
  key,
  table: facts.table,
  kind,
  constraint: facts.constraint,
  hint: hintOf(kind, facts),
})

/** What the database's refusal of one family means. */
export function refusedConflict(key: string, facts: Facts & Readonly<{ sqlstate: string; isKey: boolean }>): Conflict {
  if (facts.sqlstate === '23505') return conflict(key, facts.isKey ? 'key_taken' : 'unique_taken', facts)
  if (facts.sqlstate === '23503') return conflict(key, 'parent_missing', facts)
  return conflict(key, 'refused_by_database', facts)
}

function hintOf(kind: Conflict['kind'], { table, constraint, sqlstate }: Facts): string {
  switch (kind) {
    case 'key_taken':
      return `Look at the active row of ${table} with this key; remove it or give it another key, then restore again.`
    case 'unique_taken':
      return `Change the active row of ${table} that has the same value under ${constraint}, then restore again.`
    case 'parent_missing':
      return `Bring back the row that ${table} refers to${constraint === '' ? '' : ` by ${constraint}`}, then restore again.`
    case 'shape_differs':
      return constraint === ''
        ? `Run \`mothball plan\` to see how ${table} and its archive table differ; \`mothball migrate\` adds new columns.`
        : `Give ${table} its column ${constraint} again, which the archived row has a value for; \`mothball plan\` tells its type.`
    case 'value_changed':
      return `Look for a trigger or a generated column that changes a row of ${table} when it comes home.`
    case 'refused_by_database':
      return refusalHint(table, constraint, sqlstate ?? 'unknown')
  }
}

function refusalHint(table: string, constraint: string, sqlstate: string): string {
  if (isTransient(sqlstate))
    return `Try again: somebody else held rows or tables that were needed (SQLSTATE ${sqlstate}).`
  if (isTimeout(sqlstate))
    return `Try again, or raise the policy's statement timeout: ${table} took too long (SQLSTATE 57014).`
  if (sqlstate === '23502')
    return `Fill ${constraint === '' ? 'the column' : constraint} in the archive table of ${table}: it must not be null now, and was not there when the row was archived (SQLSTATE 23502).`
  return `Look at what guards ${table}: the database refused a row with SQLSTATE ${sqlstate}.`
}
