/** What a restore is asked for, and what comes of it. */

/** Which families come home. `where` looks at the archive's own columns, by equality. */
export type RestoreSelection =
  | Readonly<{ by: 'keys'; keys: readonly string[] }>
  | Readonly<{ by: 'run'; run: number }>
  | Readonly<{ by: 'time'; since: string; until: string | null }>
  | Readonly<{ by: 'where'; conditions: readonly Readonly<{ column: string; operator: string; value: string }>[] }>

/** What was asked for, without the keys and values of it: fit for a log. */
export function selectionText(selection: RestoreSelection): string {
  switch (selection.by) {
    case 'keys':
      return `asked for by key: ${selection.keys.length}`
    case 'run':
      return `asked for by run: ${selection.run}`
    case 'time':
      return 'asked for by time'
    case 'where':
      return `asked for by columns: ${selection.conditions.map(({ column }) => column).join(', ')}`
  }
}

/** Why a family cannot come home; nothing is ever overwritten. */
export type Conflict = Readonly<{
  /** The subject's key. */
  key: string
  table: string
  kind: 'key_taken' | 'unique_taken' | 'parent_missing' | 'shape_differs' | 'value_changed' | 'refused_by_database'
  /** The constraint or index that stands in the way; empty where there is none. */
  constraint: string
  hint: string
}>

export type RestorePreview = Readonly<{
  /** Families that can come home. */
  subjects: number
  related: Readonly<Record<string, number>>
  conflicts: readonly Conflict[]
  /** Asked for, but active already: nothing to do. */
  alreadyHome: number
  /** Asked for by key, and neither active nor in the archive. */
  unknown: readonly string[]
}>

export type RestoreResult = Readonly<{
  run: number
  restored: number
  related: Readonly<Record<string, number>>
  conflicts: readonly Conflict[]
  alreadyHome: number
  unknown: readonly string[]
  keepUntil: string
  durationMs: number
}>

export type RestoreOptions = Readonly<{
  selection: RestoreSelection
  reason: string
  actor?: string
  /** Of the key with which he came, for the audit log. */
  role?: string | undefined
  /** An instant's text; default: the policy's days from now. */
  keepUntil?: string
  signal?: AbortSignal
}>
