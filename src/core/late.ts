/**
 * Late rows: active related rows whose subject is archived, because they were written while his batch was open, after
 * it, or past a foreign key. A sweep finds them; the policy's `late` says what becomes of them.
 */

/** `restore`: the family comes home. `follow`: the row moves after it. `report`: it is told, and stays. */
export type LateAction = 'restore' | 'follow' | 'report'

/** Why a family's late rows are still there after a sweep, with the sentence that people read. */
export const LATE_REASONS = {
  reported: 'the policy only reports them',
  conflict: 'their family cannot come home: `mothball restore KEY --dry-run` says why',
  held: 'somebody holds one of their rows: the next sweep tries again',
  two_owners: 'a row belongs to another subject as well, and cannot move',
  refused: 'the database refused to move them: is one of their keys archived already',
} as const

export type LateReason = keyof typeof LATE_REASONS

/** What one or several sweeps found, and what they did about it. */
export type Swept = Readonly<{
  /** Late rows, by table. */
  rows: Readonly<Record<string, number>>
  /** Families that came home for them. */
  restored: number
  /** Late rows that moved after their family. */
  followed: number
  /** Families of which late rows are still there, by reason. */
  left: Readonly<Partial<Record<LateReason, number>>>
  /** Late rows under an archived parent whose own subject is not archived: nobody to bring home. */
  unowned: number
  /** Rows of nobody, by table: told, never touched. */
  nobody: Readonly<Record<string, number>>
  /** Subjects both active and archived, and the keys of the first. */
  returned: Readonly<{ subjects: number; keys: readonly string[] }>
  /** Everything was looked at, and not the latest batches alone. */
  isWhole: boolean
}>

/** What the sweeps after batches add up to: what they leave behind is told by the one over everything. */
export type SweptBatches = Pick<Swept, 'rows' | 'restored' | 'followed'>

/** What a sweep would find; `late` is the policy's word on it. */
export type SweepPreview = Pick<Swept, 'rows' | 'unowned' | 'nobody' | 'returned'> &
  Readonly<{ late: LateAction; families: number }>

export type SweepOptions = Readonly<{
  actor?: string
  /** Instead of the policy's. */
  action?: LateAction
  /** Ends the sweep between two sets of families. */
  signal?: AbortSignal
}>

export const NOTHING_SWEPT: Swept = {
  rows: {},
  restored: 0,
  followed: 0,
  left: {},
  unowned: 0,
  nobody: {},
  returned: { subjects: 0, keys: [] },
  isWhole: false,
}

/** What `next` found stands beside what `before` did: rows that were left are found, and told, by the later one. */
export const addSwept = (before: Swept, next: Swept): Swept => ({
  ...next,
  rows: addCounts(before.rows, next.rows),
  restored: before.restored + next.restored,
  followed: before.followed + next.followed,
  isWhole: before.isWhole || next.isWhole,
})

export const addCounts = (
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> =>
  Object.fromEntries([...new Set([...Object.keys(a), ...Object.keys(b)])].map((n) => [n, (a[n] ?? 0) + (b[n] ?? 0)]))

export const sumOfCounts = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

/** As journal and log keep it: counts alone, no keys. */
export const lateDetails = ({ rows, restored, followed, left, unowned, nobody, returned, isWhole }: Swept): object => ({
  rows,
  restored,
  followed,
  left,
  unowned,
  nobody,
  returned: returned.subjects,
  whole: isWhole,
})

/** Something is still not where it belongs. */
export const isUnsettled = ({ left, unowned, returned }: Swept): boolean =>
  sumOfCounts(left) + unowned + returned.subjects > 0
