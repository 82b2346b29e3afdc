/** A slot: one planned time of a policy, and what became of it. Each is taken by one run, or by none. */

/** What a slot can be, with the sentence that people read. */
export const SLOT_STATES = {
  due: 'its time has come, and a worker is to run it',
  taken: 'a run stands for it',
  missed: 'nobody was there in time',
  skipped: 'nothing was to be done at that time',
  refused: 'its run was refused before it moved anything',
} as const

export type SlotState = keyof typeof SLOT_STATES

export type Slot = Readonly<{
  /** The planned time: an instant's text in UTC. */
  slot: string
  state: SlotState
  /** Code of why it was skipped or refused. */
  reason: string | null
  /** When it was found to be missed. With a run beside it: caught up. */
  missedAt: string | null
  run: number | null
}>

/** Slots of a policy as people read them, with the one to come. */
export type SlotList = Readonly<{
  /** Newest first. */
  slots: readonly Slot[]
  /** The next planned time; null where the policy has no schedule. */
  next: string | null
}>
