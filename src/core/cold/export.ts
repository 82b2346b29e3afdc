/** What an export is asked for, and what comes of it. */

export type ExportOptions = Readonly<{
  actor: string
  role?: string | undefined
  reason?: string | undefined
  /** Finishes the set it is at, and starts no other. */
  signal?: AbortSignal | undefined
  /** Hears the number of its run as soon as that is open. */
  started?: ((run: number) => void) | undefined
}>

/** Families that would go, by month. */
export type ExportPreview = Readonly<{
  /** Archived before this instant. */
  horizon: string
  months: readonly Readonly<{ month: string; families: number }>[]
  families: number
}>

/** A set as the journal has it: the families of one month, in files that were read back. */
export type ColdSet = Readonly<{
  file: number
  run: number
  month: string
  store: string
  manifest: string
  manifestSha256: string
  /** Of the key under which it is encrypted; null: it is plain. */
  keyId: string | null
  families: number
  rows: number
  bytes: number
  recordedAt: string
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
