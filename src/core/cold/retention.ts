/** Where a policy's archived families stand in their retention: counts, never a key. */
import type { DueErasures } from '../erasure-request.ts'
import type { LegalBasis } from './purge.ts'

export type ColdCounts = Readonly<{
  /** Sets of files, and their bytes. */
  sets: number
  bytes: number
  /** Families that are in the archive and in a cold file alike. */
  exported: number
  /** Of these, whose retention is over: what a purge that is planned now would list. */
  due: number
  /** Over, and held. */
  held: number
  /** Over within `FORECAST_DAYS`. */
  soon: number
  /** In cold files alone. */
  purged: number
}>

export type Retention = ColdCounts &
  Readonly<{
    policy: string
    exportAfterDays: number
    /** `2 years`. */
    keep: string
    /** Null: purging is off. */
    basis: LegalBasis | null
    /** Requests to be erased that are open. */
    erasures: DueErasures
  }>

/** How far people are told ahead. */
export const FORECAST_DAYS = 30
