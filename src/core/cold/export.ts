/** What an export is asked for, and what comes of it. */

export type ExportOptions = Readonly<{
  actor: string
  role?: string | undefined
  reason?: string | undefined
  /** Finishes the set it is at, and starts no other. */
  signal?: AbortSignal | undefined
}>

/** Families that would go, by month. */
export type ExportPreview = Readonly<{
  /** Archived before this instant. */
  horizon: string
  months: readonly Readonly<{ month: string; families: number }>[]
  families: number
}>

export type ExportedSet = Readonly<{ file: number; manifest: string; families: number; rows: number; bytes: number }>

export type ExportResult = Readonly<{
  run: number
  horizon: string
  sets: readonly ExportedSet[]
  families: number
  rows: number
  bytes: number
  stopped: boolean
}>

/** Rows of families that are back in the archive, by table. */
export type RecallResult = Readonly<{
  run: number
  recalled: readonly string[]
  rows: Readonly<Record<string, number>>
  /** Asked for, and in no cold file that a purge left them in. */
  unknown: readonly string[]
}>
