/**
 * What the specification wants verified before and after an archiving goes live, and approved: its checklists, item by
 * item, in the order of its phases. A sign-off is a person's word for one of them; several may give theirs. What the
 * journal sees by itself (the first dry run, three dry nights) is no sign-off.
 */

/** The specification's phases, in their order, with their words. */
export const PHASES = {
  preparation: 'Preparation',
  manual: 'Manual testing',
  automation: 'Automation',
  live: 'Go live',
  approval: 'Approvals',
} as const

export type Phase = keyof typeof PHASES

/** `title`: what is verified or approved, as the specification lists it. */
export type SignOffItem = Readonly<{ item: string; phase: Phase; title: string }>

export const SIGN_OFF_ITEMS = [
  { item: 'archive_matches', phase: 'preparation', title: 'Archive tables match their sources' },
  { item: 'log_created', phase: 'preparation', title: 'Archive log table created' },
  { item: 'endpoint_works', phase: 'preparation', title: 'Manual endpoint answers' },
  { item: 'dry_run', phase: 'preparation', title: 'Dry run counted rightly' },
  { item: 'small_batch', phase: 'manual', title: 'Small batch moved (10 customers)' },
  { item: 'medium_batch', phase: 'manual', title: 'Medium batch moved (100 customers)' },
  { item: 'data_equal', phase: 'manual', title: 'Data integrity verified, all fields' },
  { item: 'log_accurate', phase: 'manual', title: 'Archive log entries are right' },
  { item: 'related_decided', phase: 'manual', title: 'Handling of related rows decided' },
  { item: 'rollback_tested', phase: 'manual', title: 'Rollback tested' },
  { item: 'day_1', phase: 'automation', title: 'Day 1: archive log checked' },
  { item: 'day_2', phase: 'automation', title: 'Day 2: record counts verified' },
  { item: 'day_3', phase: 'automation', title: 'Day 3: checked for errors' },
  { item: 'day_7', phase: 'live', title: 'Day 7: weekly summary reviewed' },
  { item: 'day_14', phase: 'live', title: 'Day 14: performance gain assessed' },
  { item: 'day_30', phase: 'live', title: 'Day 30: full system review' },
  { item: 'technical_lead', phase: 'approval', title: 'Technical lead' },
  { item: 'database_administrator', phase: 'approval', title: 'Database administrator' },
  { item: 'system_administrator', phase: 'approval', title: 'System administrator' },
  { item: 'business_owner', phase: 'approval', title: 'Business owner' },
] as const satisfies readonly SignOffItem[]

export type SignOffName = (typeof SIGN_OFF_ITEMS)[number]['item']

export const SIGN_OFF_NAMES: readonly SignOffName[] = SIGN_OFF_ITEMS.map(({ item }) => item)

export type SignOff = Readonly<{
  id: number
  item: SignOffName
  /** Version of the policy that was signed for. */
  hash: string
  /** What was looked at and found, in the words of who signed. */
  note: string
  signedBy: string
  /** Of the key with which he came; null at the command line. */
  role: string | null
  /** Instants are exact texts in UTC. */
  signedAt: string
  /** Null while it stands. */
  withdrawnBy: string | null
  withdrawnAt: string | null
  withdrawReason: string | null
}>

/** `role`: that of the key with which the actor came. */
export type GiveSignOff = Readonly<{ item: SignOffName; note: string; actor: string; role?: string | undefined }>

export type WithdrawSignOff = Readonly<{ id: number; reason: string; actor: string; role?: string | undefined }>
