/**
 * What hands or other tools may leave behind, each with what a reconciliation does about it. Found before anything is
 * touched; mended only on request, and only where nothing can be lost by it.
 */

type DifferenceWords = Readonly<{
  /** What it is, after a count. */
  words: string
  /** What `reconcile --yes` does; null: only a person can decide. */
  mend: string | null
  /** What a person does where nothing is mended. */
  hint: string
}>

/** In the order in which they are mended: each rests on those before it. */
export const DIFFERENCES = {
  run_unended: {
    words: 'runs without an end',
    mend: 'closed with the counts that committed',
    hint: 'Wait a minute: a process that is gone is known by its connection.',
  },
  departure_missing: {
    words: 'rows brought home without a departure',
    mend: "their hashes, proven by the batch's seal, are written as departures",
    hint: 'Look at `mothball verify`: the row came home with other values.',
  },
  twin_equal: {
    words: 'rows on both sides, equal to the byte',
    mend: 'the copy on the side where its parent is not goes; without a parent the archived one',
    hint: 'Look at who refers to the active copy: it can go only when no active row needs it.',
  },
  twin_differs: {
    words: 'rows on both sides that differ',
    mend: null,
    hint: 'Compare the two by the columns named, decide which is right, and remove the other by hand.',
  },
  torn: {
    words: 'archived rows of active parents',
    mend: 'they come home',
    hint: 'Look at what stands in their way: a parent that is archived, or a unique value that is taken.',
  },
  batch_unknown: {
    words: 'archived rows of batches that the journal has lost',
    mend: 'the batch is written again, from what the archive holds of it',
    hint: 'Look at `mothball verify` for the batch.',
  },
  batch_none: {
    words: 'archived rows that no batch brought',
    mend: 'they are taken over by a batch, and sealed',
    hint: 'Run `mothball reconcile --yes` again: somebody held them.',
  },
  late: {
    words: 'related rows of archived families',
    mend: "what the policy's `late` says; where that is `report`, their families come home",
    hint: 'Run `mothball sweep`: it says what stands in the way.',
  },
  nobody: {
    words: 'rows of nobody, more than before the first run',
    mend: null,
    hint: 'Bring the parent back from a backup, or remove the rows by hand.',
  },
  batch_differs: {
    words: 'batches of which other rows are there than were moved',
    mend: null,
    hint: 'Put the rows back as they were, from a backup of after the run; `mothball verify` names them.',
  },
  run_counts: {
    words: 'runs that say something else than their batches',
    mend: 'they say what their batches, failures and departures add up to',
    hint: 'Run `mothball reconcile --yes` again.',
  },
  log_missing: {
    words: 'runs that the log lacks',
    mend: 'their rows are written',
    hint: 'Run `mothball reconcile --yes` again.',
  },
  log_differs: {
    words: 'runs of which the log says something else',
    mend: 'the log says what the journal says',
    hint: 'Run `mothball reconcile --yes` again.',
  },
} as const satisfies Readonly<Record<string, DifferenceWords>>

export type DifferenceKind = keyof typeof DIFFERENCES

export type Difference = Readonly<{
  kind: DifferenceKind
  /** As people know it; the journal's are `run` and `batch`. */
  table: string
  rows: number
  /** The first of them: keys of rows, or numbers of runs or batches. */
  keys: readonly string[]
  /** Of twins that differ: the columns in which they do. Never a value. */
  columns: readonly string[]
}>

export const isMendable = ({ kind }: Difference): boolean => DIFFERENCES[kind].mend !== null

export type Reconciled = Readonly<{
  run: number
  /** What was mended, by kind. */
  mended: Readonly<Partial<Record<DifferenceKind, number>>>
  /** What was found afterwards. */
  left: readonly Difference[]
}>

export type ReconcileOptions = Readonly<{
  actor?: string
  /** Ends it after the mend that is under way. */
  signal?: AbortSignal
}>
