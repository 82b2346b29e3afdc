/** What every handler is given: the engine and its verbs, the policies, the runs of this process, and who asks. */
import type { HttpBindings } from '@hono/node-server'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Principal } from '../core/api-key.ts'
import type { TrustedKeys } from '../core/checkpoint.ts'
import type { Policy } from '../core/policy.ts'
import type { Archiver } from '../engine/archiver.ts'
import type { Engine } from '../engine/ports.ts'
import type { HttpOptions } from './options.ts'
import type { Running } from './running.ts'

/** Figures in Prometheus's text format, read when they are asked for. */
export type Metrics = Readonly<{ contentType: string; text(): Promise<string> }>

/** Whom the configuration tells; a trial message to one of them. `problem` null: the other side took it. */
export type Notifying = Readonly<{
  channels: readonly Readonly<{ name: string; kind: ChannelKind }>[]
  test(channel: string): Promise<readonly Readonly<{ channel: string; kind: ChannelKind; problem: string | null }>[]>
}>

type ChannelKind = 'email' | 'slack' | 'teams'

export type Service = Readonly<{
  /** Where this API begins: nothing, or `/databases/NAME`. */
  base: string
  /** By which requests are answered; what goes on after its answer works with the engine of `running`. */
  engine: Engine
  archiver: Archiver
  policies: readonly Policy[]
  options: HttpOptions
  running: Running
  /** null where nothing measures. */
  metrics: Metrics | null
  /** Under which checkpoints of the audit log may be signed; null or none: `verify` leaves signatures alone, and says so. */
  auditKeys: TrustedKeys | null
  /** null where nobody is told. */
  notifier: Notifying | null
  /** An error that nobody foresaw; the caller is told its name only. */
  onUnexpected: (error: unknown) => void
}>

/** Hono asks for a type of this form; `principal` is there behind `authenticate`. */
export type Env = {
  Bindings: HttpBindings
  Variables: { service: Service; principal: Principal; secureHeadersNonce?: string }
}

export type App = OpenAPIHono<Env>
