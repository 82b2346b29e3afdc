/**
 * One call of the command line: its global options, its output, and what it opens on demand. A command that needs no
 * database opens none; whatever was opened is closed when the command is over.
 */
import { userInfo } from 'node:os'
import type { Config } from '../config.ts'
import { choosePolicy } from '../core/choose-policy.ts'
import type { ExitCode } from '../core/errors/index.ts'
import type { Emit } from '../core/event.ts'
import { type Policy, policyZone } from '../core/policy.ts'
import type { Archiver } from '../engine/archiver.ts'
import type { Output } from './output.ts'
import type { View } from './views/findings.ts'

export type Globals = Readonly<{
  config?: string
  policy?: string
  database?: string
  databaseUrl?: string
  json?: true
  quiet?: true
  color: boolean
}>

export type Call = Readonly<{ globals: Globals; output: Output }>

/** What a command works with once its configuration is read and its database opened. */
export type Scene = Readonly<{ config: Config; output: Output; archiver: Archiver; policies: readonly Policy[] }>

/** What a command about one policy works with; `view` knows the policy's zone. */
export type PolicyScene = Scene & Readonly<{ policy: Policy; view: View }>

/** Who hears what happens: the command itself, and with `tell` (nobody sits in front of it) the channels too. */
type Listening = Readonly<{ emit?: Emit; tell?: boolean }>

/** Reads the configuration; loaded on demand, because `--help` needs none of it. */
export async function readConfig({
  globals: { config, database, databaseUrl },
}: Pick<Call, 'globals'>): Promise<Config> {
  const { loadConfig } = await import('../config.ts')
  return loadConfig({ path: config, env: process.env, flags: { database, databaseUrl } })
}

/** Works on the database of the configuration, with all of its policies or the one that --policy names. */
export async function withArchiver(
  call: Call,
  work: (scene: Scene) => Promise<ExitCode>,
  { emit, tell = false }: Listening = {},
): Promise<ExitCode> {
  const config = await readConfig(call)
  const { policy } = call.globals
  const policies = policy === undefined ? config.policies : [choosePolicy(config.policies, policy)]
  const options = emit === undefined ? {} : { emit }
  const isTold = tell && config.notify.channels.length > 0
  await using archiver = isTold
    ? (await import('../compose-telling.ts')).openTellingArchiver(config, options)
    : (await import('../compose.ts')).openArchiver(config, options)
  return await work({ config, output: call.output, archiver, policies })
}

/** The same for a command about one policy; throws `policy_ambiguous` where there are several and none is named. */
export const withPolicy = (
  call: Call,
  work: (scene: PolicyScene) => Promise<ExitCode>,
  listening: Listening = {},
): Promise<ExitCode> =>
  withArchiver(
    call,
    async (scene) => {
      const policy = choosePolicy(scene.policies, undefined)
      const zone = policyZone(policy) ?? (await scene.archiver.zone())
      const { width, style } = scene.output
      return work({ ...scene, policy, view: { width, style, zone } })
    },
    listening,
  )

/** Who acts, for the journal: the user of this machine. */
export function actorName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that has no name.
    return `user ${process.getuid?.() ?? 'unknown'}`
  }
}
