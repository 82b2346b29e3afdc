/** Notices, incidents and deliveries as the journal keeps them. Pure. */
import type { Message } from './message.ts'
import type { Alert, Digest } from './notify-schema.ts'

export type NoticeKind = Alert | Digest | 'recovered'

/** What may be wrong with a policy for longer than a moment; one notice opens it, one says that it is over. */
export type Incident = 'run' | 'refused' | 'missed'

export type OpenIncident = Readonly<{
  id: number
  kind: NoticeKind
  incident: Incident
  toldAt: string
  /** How often the same was seen again since. */
  repeats: number
}>

export type Delivery = Readonly<{
  channel: string
  state: 'waiting' | 'sent' | 'given_up'
  attempts: number
  sentAt: string | null
  /** When it is tried next, while it waits. */
  nextAt: string | null
  /** Why the last attempt failed: a code, never an address or an answer. */
  problem: string | null
}>

export type Notice = Readonly<{
  id: number
  policy: string
  kind: string
  toldAt: string
  /** Of an incident that is over. */
  closedAt: string | null
  repeats: number
  message: Message
  deliveries: readonly Delivery[]
}>
